package replay_test

// omission is a part of the session that is not replayed.
type omission struct {
	first, last int
	reason      string
}

var omissions = []omission{
	{166, 179, "comments have no subject yet"},
	{180, 193, "playlists have no subject yet"},
	{194, 200, "subscriptions have no subject yet"},
	{202, 208, "notifications have no subject yet"},
	{209, 217, "abuse reports have no subject yet"},
	{218, 223, "blocked videos have no subject yet"},
	{224, 235, "blocklists have no subject yet"},
	{236, 241, "watched words and automatic tags have no subject yet"},
	{247, 247, "playlists have no subject yet"},
	{252, 253, "servers do not follow or copy each other yet"},
	{264, 268, "there are no plugins"},
	{277, 279, "imports have no subject yet"},
	{280, 282, "videos change owners in a later part"},
	{283, 285, "user archives have no subject yet"},
	{288, 288, "the studio has no subject yet"},
	{289, 296, "runners have no subject yet"},
	{303, 312, "nobody broadcasts here: http/api compares these"},
	{317, 319, "comments have no subject yet"},
	{321, 321, "subscriptions have no subject yet"},
	{352, 399, "ActivityPub has no subject yet"},
	{400, 400, "subscriptions have no subject yet"},
	{402, 402, "playlists have no subject yet"},
	{403, 403, "abuse reports have no subject yet"},
}

// leftOut is why an exchange is not replayed, "" when it is.
func leftOut(number int) string {
	for _, o := range omissions {
		if o.first <= number && number <= o.last {
			return o.reason
		}
	}
	return ""
}
