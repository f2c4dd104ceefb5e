package search

import "strings"

// stopWords carry no meaning in a question that has other words. Titles often lack them.
var stopWords = set(`a au aux avec ce ces dans de des du elle en et eux il ils je la le les leur lui ma mais me mes mon ne nos notre nous on ou
	par pas pour que qui sa se ses son sur ta te tes toi ton tu un une vos votre vous
	an and are as at be but by for from has have he her his how in is it its of or she that the their they this to was we were what when
	where which who will with you your`)

// Query is what a question asks for: each element is a word all of which must match, by any of its alternatives. The first
// alternative is the word as typed, folded. Nothing is asked when the result is nil.
func Query(text string) [][]string {
	var asked, idle [][]string
	for _, w := range words(cut(text, MaxQueryBytes)) {
		for _, alternatives := range w.asked() {
			if stopWords[alternatives[0]] {
				idle = append(idle, alternatives)
				continue
			}
			asked = append(asked, alternatives)
		}
	}
	if len(asked) == 0 {
		asked = idle
	}
	return asked[:min(len(asked), MaxQueryWords)]
}

// asked are the alternatives of a word; of ideographs, every pair must match.
func (w word) asked() [][]string {
	if !w.isIdeographic {
		return [][]string{forms(w.text)}
	}
	pairs := grams(w.text, 2)
	if len(pairs) == 0 {
		pairs = []string{w.text}
	}
	var all [][]string
	for _, pair := range pairs {
		all = append(all, []string{pair})
	}
	return all
}

// SQLiteFTS renders a question as an FTS5 MATCH expression, "" when it asks nothing (which MATCH would refuse). The last
// word also matches as a beginning.
func SQLiteFTS(question string) string {
	return render(Query(question), " AND ", " OR ", func(term string, isPrefix bool) string {
		quoted := `"` + strings.ReplaceAll(term, `"`, `""`) + `"`
		if isPrefix {
			return quoted + "*"
		}
		return quoted
	})
}

// PostgresTSQuery renders a question for to_tsquery('simple', …), "" when it asks nothing. The last word also matches as
// a beginning.
func PostgresTSQuery(question string) string {
	return render(Query(question), " & ", " | ", func(term string, isPrefix bool) string {
		quoted := `'` + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(term) + `'`
		if isPrefix {
			return quoted + ":*"
		}
		return quoted
	})
}

func render(asked [][]string, and, or string, term func(text string, isPrefix bool) string) string {
	var all []string
	for i, alternatives := range asked {
		var any []string
		for j, alternative := range alternatives {
			// A stem is shorter than what was typed: as a beginning it would match too much.
			any = append(any, term(alternative, i == len(asked)-1 && j == 0))
		}
		all = append(all, "("+strings.Join(any, or)+")")
	}
	return strings.Join(all, and)
}
