package imap

import (
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/mail"
)

// roleOfAttr are the special uses (RFC 6154, RFC 8457).
var roleOfAttr = map[imap2.MailboxAttr]mail.Role{
	imap2.MailboxAttrAll: mail.RoleAll, imap2.MailboxAttrArchive: mail.RoleArchive, imap2.MailboxAttrDrafts: mail.RoleDrafts,
	imap2.MailboxAttrFlagged: mail.RoleFlagged, imap2.MailboxAttrJunk: mail.RoleJunk, imap2.MailboxAttrSent: mail.RoleSent,
	imap2.MailboxAttrTrash: mail.RoleTrash, imap2.MailboxAttrImportant: mail.RoleImportant,
	// XLIST's words, which some servers still use
	`\AllMail`: mail.RoleAll, `\Spam`: mail.RoleJunk, `\Starred`: mail.RoleFlagged, `\SentMail`: mail.RoleSent,
}

// roleNames are names that programs and providers give, in lower case. They count only where the server gives no special use for the role.
var roleNames = map[mail.Role][]string{
	mail.RoleSent: {"sent", "sent items", "sent messages", "sent mail", "sent-mail", "gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten", "envoyés", "éléments envoyés", "messages envoyés",
		"courrier envoyé", "enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "mensagens enviadas", "inviata", "posta inviata", "elementi inviati", "inviati", "verzonden", "verzonden items",
		"verzonden berichten", "skickat", "skickade objekt", "skickade", "sendt", "sendte elementer", "sendte", "sendt post", "lähetetyt", "wysłane", "elementy wysłane", "odeslané", "odeslaná pošta", "odoslané", "отправленные", "надіслані",
		"送信済み", "送信済みアイテム", "送信済みメール", "已发送", "已发送邮件", "已傳送郵件", "寄件備份", "보낸편지함", "보낸 편지함", "gönderilmiş öğeler", "gönderilenler", "elküldött elemek", "trimise", "απεσταλμένα"},
	mail.RoleDrafts: {"drafts", "draft", "entwürfe", "entwurf", "brouillons", "borradores", "rascunhos", "bozze", "concepten", "utkast", "kladder", "luonnokset", "wersje robocze", "kopie robocze", "szkice", "koncepty", "rozepsané",
		"черновики", "чернетки", "下書き", "草稿", "草稿箱", "草稿匣", "임시보관함", "taslaklar", "piszkozatok", "ciorne", "πρόχειρα"},
	mail.RoleTrash: {"trash", "deleted items", "deleted messages", "deleted", "bin", "papierkorb", "gelöscht", "gelöschte objekte", "gelöschte elemente", "corbeille", "éléments supprimés", "messages supprimés", "papelera",
		"elementos eliminados", "eliminados", "lixeira", "lixo", "itens excluídos", "itens eliminados", "cestino", "posta eliminata", "posta cestinata", "elementi eliminati", "prullenbak", "prullenmand", "verwijderde items", "papperskorgen",
		"borttaget", "borttagna objekt", "papirkurv", "slettet post", "slettede elementer", "søppel", "slettet", "roskakori", "poistetut", "kosz", "elementy usunięte", "koš", "odstraněná pošta", "kôš", "корзина", "удаленные", "удалённые",
		"кошик", "видалені", "ゴミ箱", "ごみ箱", "削除済みアイテム", "已删除", "已删除邮件", "垃圾桶", "刪除的郵件", "휴지통", "çöp kutusu", "silinmiş öğeler", "törölt elemek", "kuka", "coș de gunoi", "κάδος απορριμμάτων"},
	mail.RoleJunk: {"junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "bulk", "spamverdacht", "unerwünscht", "junk-e-mail", "werbung", "courrier indésirable", "indésirables", "pourriel", "correo no deseado",
		"lixo eletrônico", "lixo eletrónico", "posta indesiderata", "ongewenste e-mail", "ongewenst", "skräppost", "uønsket e-post", "søppelpost", "uønsket mail", "roskaposti", "spam-mail", "wiadomości-śmieci", "niechciane",
		"nevyžádaná pošta", "nevyžiadaná pošta", "спам", "нежелательная почта", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸", "스팸편지함", "스팸메일함", "gereksiz", "gereksiz e-posta", "levélszemét", "ανεπιθύμητα"},
	mail.RoleArchive: {"archive", "archives", "archiv", "archivo", "arquivo", "archivio", "archief", "arkiv", "arkisto", "archiwum", "archív", "архив", "архів", "アーカイブ", "存档", "封存", "보관함", "arşiv", "archívum"},
}

var roleOfName = func() map[string]mail.Role {
	m := map[string]mail.Role{}
	for r, names := range roleNames {
		for _, n := range names {
			m[n] = r
		}
	}
	return m
}()

// roleByName guesses from the last part of a mailbox's name.
func roleByName(name string) mail.Role { return roleOfName[strings.ToLower(strings.TrimSpace(name))] }
