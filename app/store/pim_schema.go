package store

// pimSchema holds address books, calendars and what is in them. Account is accounts.num, 0 for what is only on this computer.
//
// Pimobjs has what lists and calendars show; its rows are small, and the bytes are in pimraw: raw as shown, base as the server has them while a change is pending (NULL: the same). Ver
// changes with every write of an object and is never used again, so that what was made of the bytes can be kept in memory under it. Wide objects repeat or last longer than
// wideAfter: a window looks for the others by their start alone. Hide is 1 while a removal is pending.
//
// An object has at most one op of kind put or delete: the newest state is what the server is told.
const pimSchema = `
CREATE TABLE pimcols(
	id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, service TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, name TEXT NOT NULL, color TEXT NOT NULL, ord INTEGER NOT NULL,
	rights INTEGER NOT NULL, shared INTEGER NOT NULL, events INTEGER NOT NULL, tasks INTEGER NOT NULL, hidden INTEGER NOT NULL, role TEXT NOT NULL, url TEXT NOT NULL, def INTEGER NOT NULL,
	token TEXT NOT NULL, error TEXT NOT NULL, checked INTEGER NOT NULL) STRICT;
CREATE INDEX pimcols_account ON pimcols(account, service);
CREATE TABLE pimobjs(
	id INTEGER PRIMARY KEY AUTOINCREMENT, col INTEGER NOT NULL, kind TEXT NOT NULL, ver INTEGER NOT NULL, hide INTEGER NOT NULL, ref TEXT NOT NULL, rev TEXT NOT NULL, uid TEXT NOT NULL,
	title TEXT NOT NULL, sort TEXT NOT NULL, letter TEXT NOT NULL, data TEXT NOT NULL, words TEXT NOT NULL, flags INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
	start INTEGER NOT NULL, stop INTEGER NOT NULL, wide INTEGER NOT NULL, bday INTEGER NOT NULL) STRICT;
CREATE INDEX pimobjs_ref ON pimobjs(col, ref);
CREATE INDEX pimobjs_uid ON pimobjs(uid, kind);
CREATE INDEX pimobjs_sort ON pimobjs(sort, id) WHERE kind='contact' AND hide=0;
CREATE INDEX pimobjs_letter ON pimobjs(letter, col) WHERE kind='contact' AND hide=0;
CREATE INDEX pimobjs_narrow ON pimobjs(first) WHERE kind='event' AND wide=0 AND hide=0;
CREATE INDEX pimobjs_wide ON pimobjs(last) WHERE kind='event' AND wide=1 AND hide=0;
CREATE INDEX pimobjs_task ON pimobjs(col, start) WHERE kind='task' AND hide=0;
CREATE INDEX pimobjs_alarm ON pimobjs(last) WHERE flags&8<>0 AND hide=0;
CREATE INDEX pimobjs_bday ON pimobjs(bday) WHERE bday<>0 AND hide=0;
CREATE TABLE pimraw(id INTEGER PRIMARY KEY, raw BLOB NOT NULL, base BLOB) STRICT;
CREATE TABLE pimwords(word TEXT NOT NULL, obj INTEGER NOT NULL, PRIMARY KEY(word, obj)) STRICT, WITHOUT ROWID;
CREATE INDEX pimwords_obj ON pimwords(obj);
CREATE TABLE pimmails(obj INTEGER NOT NULL, n INTEGER NOT NULL, key TEXT NOT NULL, addr TEXT NOT NULL, PRIMARY KEY(obj, n)) STRICT, WITHOUT ROWID;
CREATE INDEX pimmails_key ON pimmails(key);
CREATE TABLE pimops(
	id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, col INTEGER NOT NULL, obj INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, ver INTEGER NOT NULL,
	attempts INTEGER NOT NULL, next INTEGER NOT NULL, error TEXT NOT NULL, made INTEGER NOT NULL) STRICT;
CREATE INDEX pimops_account ON pimops(account, id);
CREATE INDEX pimops_obj ON pimops(obj) WHERE obj<>0;
CREATE TABLE pimconflicts(
	id INTEGER PRIMARY KEY AUTOINCREMENT, col INTEGER NOT NULL, obj INTEGER NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, deleted TEXT NOT NULL, mine BLOB, theirs BLOB, made INTEGER NOT NULL) STRICT;
CREATE TABLE pimalarms(key TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE pimfts USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2", prefix='2 3');
`

// pimCounts keeps how many objects a collection shows, and gives lists of one book an order of their own.
const pimCounts = `
ALTER TABLE pimcols ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
UPDATE pimcols SET n=(SELECT count(*) FROM pimobjs o WHERE o.col=pimcols.id AND o.hide=0);
CREATE TRIGGER pimobjs_new AFTER INSERT ON pimobjs WHEN new.hide=0 BEGIN UPDATE pimcols SET n=n+1 WHERE id=new.col; END;
CREATE TRIGGER pimobjs_gone AFTER DELETE ON pimobjs WHEN old.hide=0 BEGIN UPDATE pimcols SET n=n-1 WHERE id=old.col; END;
CREATE TRIGGER pimobjs_hide AFTER UPDATE OF hide, col ON pimobjs WHEN old.hide<>new.hide OR old.col<>new.col BEGIN
	UPDATE pimcols SET n=n-(old.hide=0) WHERE id=old.col;
	UPDATE pimcols SET n=n+(new.hide=0) WHERE id=new.col;
END;
CREATE INDEX pimobjs_book ON pimobjs(col, sort, id) WHERE kind='contact' AND hide=0;
DROP INDEX pimobjs_letter;
CREATE INDEX pimobjs_letter ON pimobjs(col, letter) WHERE kind='contact' AND hide=0;
`

// pimSent keeps what was told to the server until it answers: after a crash that is how a write of one's own is recognised although the object was changed again since.
const pimSent = `
ALTER TABLE pimraw ADD COLUMN sent BLOB;
`
