package torrent

// maxDepth is how deep lists and dictionaries may nest; a metainfo needs four levels.
const maxDepth = 16

// scan walks bencoded text without recursion or allocation and fails unless it is one whole value: the decoder recurses
// at every level and allocates what a string claims to hold, so neither may come from outside unchecked.
func scan(data []byte) error {
	depth := 0
	for at := 0; at < len(data); {
		next, change := token(data, at)
		depth += change
		if next <= at || depth < 0 || depth > maxDepth {
			return malformed()
		}
		at = next
		if depth == 0 && at < len(data) {
			return malformed()
		}
	}
	if depth != 0 || len(data) == 0 {
		return malformed()
	}
	return nil
}

// token gives where the token at that place ends, 0 when it is none, and by how much it changes the depth.
func token(data []byte, at int) (next, change int) {
	switch c := data[at]; {
	case c == 'd' || c == 'l':
		return at + 1, 1
	case c == 'e':
		return at + 1, -1
	case c == 'i':
		return endOfInteger(data, at+1), 0
	case c >= '0' && c <= '9':
		return endOfString(data, at), 0
	}
	return 0, 0
}

func endOfInteger(data []byte, at int) int {
	for end := at; end < len(data) && end < at+20; end++ {
		if data[end] == 'e' && end > at {
			return end + 1
		}
		if isSign := data[end] == '-' && end == at; !isSign && (data[end] < '0' || data[end] > '9') {
			return 0
		}
	}
	return 0
}

func endOfString(data []byte, at int) int {
	length := 0
	for ; at < len(data) && length <= len(data); at++ {
		if data[at] == ':' {
			end := at + 1 + length
			if end > len(data) {
				return 0
			}
			return end
		}
		if data[at] < '0' || data[at] > '9' {
			return 0
		}
		length = length*10 + int(data[at]-'0')
	}
	return 0
}
