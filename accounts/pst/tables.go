package pst

import (
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// The templates of tables ([MS-PST] 2.4.4.4.1, 2.4.4.5.1, 2.4.4.6.1, 2.4.8.6.2.1, 2.4.5.3.1, 2.4.6.1.1): nodes with fixed ids that hold
// tables with columns and no rows, in the order Outlook has the columns.
var templates = []struct {
	nid  ndb.NID
	cols []prop.Tag
}{
	{0x60D, hierarchyColumns},
	{0x60E, contentsTemplate},
	{0x60F, []prop.Tag{0x0E170003, 0x001A001F, 0x0E070003, 0x3001001F, 0x70030003, 0x70040102, 0x70050102, 0x7006001F, 0x70070003, 0x6800001F, 0x6803000B, 0x68051003, 0x682F001F}},
	{0x610, []prop.Tag{0x67F10003, 0x0E05001F, 0x0E170003, 0x001A001F, 0x0E070003, 0x00170003, 0x0042001F, 0x0037001F, 0x0E060040, 0x0E080003, 0x0E04001F, 0x0E03001F, 0x0057000B, 0x0058000B, 0x00360003, 0x0E2A000B, 0x30080040}},
	{0x64C, []prop.Tag{0x0E140003, 0x0E100003, 0x00390040}},
	{0x671, attachmentTemplate},
	{0x692, recipientTemplate},
	{0x6B6, []prop.Tag{0x0E330014, 0x0E370102, 0x0E380003}},
	{0x6D7, []prop.Tag{0x0E3E0102, 0x0E310102, 0x0E300102, 0x0E380003, 0x0E340102, 0x0E330014, 0x001A001F}},
	{0x6F8, []prop.Tag{0x30070040, 0x0E330014}},
}

var (
	hierarchyColumns   = []prop.Tag{0x3001001F, 0x36020003, 0x36030003, 0x360A000B, 0x0E300102, 0x0E330014, 0x0E340102, 0x0E380003, 0x3613001F, 0x66350003, 0x66360003}
	contentsTemplate   = []prop.Tag{0x0E170003, 0x001A001F, 0x0E070003, 0x00170003, 0x0042001F, 0x0037001F, 0x0E060040, 0x00390040, 0x0E080003, 0x0E04001F, 0x0E03001F, 0x0057000B, 0x0058000B, 0x00360003, 0x10970003, 0x0070001F, 0x00710102, 0x30130102, 0x65C60003, 0x30080040, 0x0E300102, 0x0E330014, 0x0E340102, 0x0E3D0102, 0x0E3C0102, 0x0E380003}
	attachmentTemplate = []prop.Tag{0x370B0003, 0x0E200003, 0x37050003, 0x3704001F}
	recipientTemplate  = []prop.Tag{0x0E0F000B, 0x3002001F, 0x3003001F, 0x0FFF0102, 0x3001001F, 0x0C150003, 0x300B0102, 0x0FF90102, 0x0FFE0003, 0x39000003, 0x3A40000B, 0x39FF001F}
	receiveColumns     = []prop.Tag{0x66050003, 0x001A001F}
	// contentsColumns are those of the tables made here: the template's and what lists show or look for.
	contentsColumns = append(append([]prop.Tag(nil), contentsTemplate...), 0x10800003, 0x10900003, 0x300B0102, 0x1035001F)
)

// Nodes of a new file.
const (
	nidReceive      ndb.NID = 0x62B
	nidSearchQueue  ndb.NID = 0x1E1
	nidSearchActive ndb.NID = 0x201
	nidSearchDomain ndb.NID = 0x261
	nidHierTemplate ndb.NID = 0x60D
	nidContTemplate ndb.NID = 0x60E
	nidAssoTemplate ndb.NID = 0x60F
	nidSeaTemplate  ndb.NID = 0x610
	nidSubtree      ndb.NID = 0x8022
	nidFinder       ndb.NID = 0x8042
	nidDeleted      ndb.NID = 0x8062
	nidSpamSearch   ndb.NID = 0x2223
)
