package ui

// Pages say where in a list the page is, and how to come to the others.
type Pages struct {
	Current, Last int
	URL           func(page int) string
}

// around lists the pages to link to: the first, the last and those near the current one. A zero stands for a gap.
func (p Pages) around() []int {
	var list []int
	for n := 1; n <= p.Last; {
		near := n >= p.Current-1 && n <= p.Current+1
		if n == 1 || n == p.Last || near || (p.Last <= 7) {
			list = append(list, n)
			n++
			continue
		}
		list = append(list, 0)
		if n < p.Current-1 {
			n = min(p.Current-1, p.Last)
		} else {
			n = p.Last
		}
	}
	return list
}

// isFar tells what a phone leaves out.
func (p Pages) isFar(n int) bool { return n != 0 && n != 1 && n != p.Last && n != p.Current }
