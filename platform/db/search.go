package db

import (
	"context"
	"fmt"
)

// SearchIndex is a full-text index beside a table: a row per id holding terms that were folded and stemmed beforehand
// (platform/search), so that both engines find the same things.
type SearchIndex string

func createSQLiteSearch(name string) string {
	return fmt.Sprintf("CREATE VIRTUAL TABLE %s USING fts5(terms, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');", name)
}

func createPostgresSearch(name string) string {
	return fmt.Sprintf("CREATE TABLE %[1]s (rowid BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL); CREATE INDEX %[1]s_terms ON %[1]s USING GIN (terms);", name)
}

// Put indexes the terms of a row, in place of those it had.
func (s SearchIndex) Put(ctx context.Context, tx *Tx, id int64, terms string) error {
	if err := s.Delete(ctx, tx, id); err != nil {
		return err
	}
	value := "?"
	if tx.Engine() == PostgreSQL {
		value = "to_tsvector('simple', ?)"
	}
	_, err := Exec(ctx, tx, "INSERT INTO "+string(s)+" (rowid, terms) VALUES (?, "+value+")", id, terms)
	return err
}

// Delete forgets a row; forgetting an unknown one is no error.
func (s SearchIndex) Delete(ctx context.Context, tx *Tx, id int64) error {
	_, err := Exec(ctx, tx, "DELETE FROM "+string(s)+" WHERE rowid = ?", id)
	return err
}

// Match is the condition "column is among the rows that match", with one argument: the query in the engine's syntax, as
// platform/search renders it.
func (s SearchIndex) Match(engine Engine, column string) string {
	if engine == PostgreSQL {
		return column + " IN (SELECT rowid FROM " + string(s) + " WHERE terms @@ to_tsquery('simple', ?))"
	}
	return column + " IN (SELECT rowid FROM " + string(s) + " WHERE " + string(s) + " MATCH ?)"
}

// Join is a join that gives each matching row a number to sort by, "match.score", higher meaning better; one argument as for Match.
func (s SearchIndex) Join(engine Engine, column string) string {
	if engine == PostgreSQL {
		return "JOIN (SELECT rowid AS id, ts_rank(terms, q) AS score FROM " + string(s) +
			", to_tsquery('simple', ?) q WHERE terms @@ q) AS match ON match.id = " + column
	}
	return "JOIN (SELECT rowid AS id, -rank AS score FROM " + string(s) + " WHERE " + string(s) + " MATCH ?) AS match ON match.id = " + column
}
