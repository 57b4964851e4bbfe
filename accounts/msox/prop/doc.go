// Package prop is the vocabulary of Exchange and Outlook objects: property tags, values, bags, named properties, and a
// message as a bag with recipients and attachments. PST files, .msg files, winmail.dat and MAPI over HTTP all hold the
// same objects in other containers; each of them fills a [Message], and package cmail turns that into internet formats
// and back.
//
// A [Tag] is a property's id and its type in one number. A [Bag] gives values by tag; a [Map] is the bag that is used
// unless a container reads its properties only when they are asked for. What the constants PidTag… and PidLid… mean is
// told in [MS-OXPROPS]; they are named as there.
//
// The Go types of values ([Value]):
//
//	Int16                      int16
//	Int32, ErrorCode           int32
//	Int64, Currency            int64
//	Float32                    float32
//	Float64, FloatingTime      float64
//	Boolean                    bool
//	Unicode                    string (UTF-8)
//	String8                    []byte as stored, in the object's code page; a container that has decoded it gives a string
//	Time                       time.Time in UTC; the zero time for a FILETIME of 0
//	GuidType                   GUID
//	Binary, ServerID, Object   []byte
//	Restriction, RuleAction    []byte as stored
//	Multi…                     a slice of the above: []int32, []string, [][]byte …
//	Null, Unspecified          nil
//
// The helpers [Text], [Int], [Bool], [When], [Bytes] and so on take any tag with the right id and find the value under
// whichever type the object has it (a subject as Unicode or as String8), so that callers never care. They never fail: a
// property that is missing or of another type is the zero value.
//
// Strings of type String8 are decoded by the bag's code page: [Coded] when the bag knows it, else its own
// PidTagMessageCodepage or PidTagInternetCodepage, else windows-1252. Recipients and attachments carry no code page of their
// own, so a container wraps them with [InCodepage].
package prop
