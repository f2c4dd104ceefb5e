package db

import "strings"

// Filter collects the conditions of a dynamic WHERE clause with their arguments. The zero Filter holds none.
type Filter struct {
	conditions []string
	args       []any
}

// And adds a condition with its arguments.
func (f *Filter) And(condition string, args ...any) {
	f.conditions = append(f.conditions, condition)
	f.args = append(f.args, args...)
}

// In adds "column IN (…)"; an empty list matches nothing.
func In[T any](f *Filter, column string, values []T) {
	if len(values) == 0 {
		f.And("1 = 0")
		return
	}
	f.And(column+" IN ("+Marks(len(values))+")", Anys(values)...)
}

// Where is the clause, " WHERE a AND b", or "" without conditions.
func (f *Filter) Where() string {
	if len(f.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(f.conditions, " AND ")
}

// Args are the arguments in the order of the conditions, followed by more.
func (f *Filter) Args(more ...any) []any {
	return append(append(make([]any, 0, len(f.args)+len(more)), f.args...), more...)
}
