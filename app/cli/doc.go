// Package cli is the program for scripts: the same commands as in the window, through the same door, without a display.
//
// Every command takes --json and --profile DIR. Results go to standard output, progress and messages to standard error. The exit status is 0, 2 for
// wrong use, else the number of the fault's kind: auth 10, tls 11, network 12, busy 13, quota 14, refused 15, protocol 16, conflict 17, local 18, notfound 19.
//
// JSON (stable; fields may be added):
//
//	discover   {"address","provider","incoming":[{"protocol","host","port","security","auth":[]}],"outgoing":[...],"also":[{"protocol","host","url"}],"hints":[]}
//	accounts   [{"id","name","address","protocol","host","port","path","state"}]  accounts list; path is that of a data file
//	sync       {"account","mailboxes","added","changed","removed","bytes","seconds"}, one line for each account
//	mailboxes  [{"id","account","path","role","total","unread","local"}]
//	list       [{"id","mailbox","from","to","subject","date","flags","internetID","size"}]; search the same
//	show       {"id","mailbox","from","to","cc","subject","date","flags","internetID","text","attachments":[{"id","name","type","size"}]}
//	send       {"id","internetID","state","recipients":[{"addr","ok","code","text"}]}
//	contacts   [{"id","book","uid","name","org","email","phone","group"}]; contacts import {"added","same"}
//	events     [{"id","recurrence","calendar","uid","summary","location","start","end","allDay","status","mine"}]; events import {"added","same"}
//	doctor     [{"check","ok","detail"}]
//	pst info   {"format","encoding","name","bytes","folders","searchFolders","items","kinds":{},"recipients","attachments","system","unreadable","losses":[{"folder","item","what","at","cause"}]}
//	pst check  {"ok","errors","minor","nodes","blocks","pages","folders","items","problems":[{"layer","rule","text","minor"}]}
//	pst list   [{"id","folder","kind","from","to","subject","date","flags","internetID","size","recipients","attachments":[{"name","type","size","message"}]}]
//	pst export {"dir","folders","items","bytes","failed","losses","seconds"}; pst append {"file","items","bytes","failed","losses","seconds"}
//	pst create {"file","name"}; pst compact {"file","before","after"}
//	import     {"added","same","failed","bytes","objects","items":[{"name","state","id","why"}]}; items that failed, with --report all
//	archive    {"run","started","ended","due","file","files":[],"total","copied","verified","moved","back","deleted","bytes","differs":[],"missing":[],"done","keep","paused"}; with --list an array of them, with --undo {"run","back","gone"}
//	export     {"dir","mailboxes","messages","bytes","objects","missing":[]}; missing are subjects of messages whose text is not here, and titles of objects that cannot be written
//	backup     {"file","profile","files","bytes"}; restore the same
//
// Addresses are strings as in a header field, decoded: "Ada Byron <ada@example.com>, bob@example.com". Flags are words: seen, answered, flagged, draft, forwarded, junk.
//
// Errors with --json are {"error":{"kind","code","title","detail","service","server"}} on standard output, unless a result stands there already.
package cli
