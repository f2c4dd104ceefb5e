package app

import (
	"go/ast"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// settingReads notes which fields of the configuration this package reads.
type settingReads struct {
	info   *types.Info
	fields map[*types.Var]bool
	whole  map[*types.Var]bool // sections read with all that is below: converted, or asked through a method
}

// note takes down what is read below a node.
func (r *settingReads) note(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if field, ok := r.info.Uses[n.Sel].(*types.Var); ok {
			r.fields[field] = true
		}
		if _, isMethod := r.info.Uses[n.Sel].(*types.Func); isMethod {
			r.noteWhole(n.X)
		}
	case *ast.CallExpr:
		if len(n.Args) == 1 && r.info.Types[n.Fun].IsType() {
			r.noteWhole(n.Args[0])
		}
	}
	return true
}

func (r *settingReads) noteWhole(e ast.Expr) {
	if n, ok := e.(*ast.SelectorExpr); ok {
		if field, ok := r.info.Uses[n.Sel].(*types.Var); ok {
			r.whole[field] = true
		}
	}
}

// unread lists the keys below a section that isRead does not know and no mark excuses.
func (r *settingReads) unread(section *types.Struct, path string, isRead func(*types.Var) bool) []string {
	var keys []string
	for i := range section.NumFields() {
		field, tag := section.Field(i), reflect.StructTag(section.Tag(i))
		name := strings.TrimPrefix(path+"."+tag.Get("key"), ".")
		below, isSection := field.Type().Underlying().(*types.Struct)
		switch {
		case tag.Get("use") != "":
		case field.Embedded():
			keys = append(keys, r.unread(below, path, isRead)...)
		case isSection:
			keys = append(keys, r.unread(below, name, r.within(field, isRead))...)
		case !isRead(field):
			keys = append(keys, name)
		}
	}
	return keys
}

// within is isRead for what stands below a section.
func (r *settingReads) within(section *types.Var, isRead func(*types.Var) bool) func(*types.Var) bool {
	if !isRead(section) || r.whole[section] {
		is := isRead(section)
		return func(*types.Var) bool { return is }
	}
	return isRead
}

// loadSettingReads reads this package with its types, and the shape of the configuration.
func loadSettingReads(t *testing.T) (*settingReads, *types.Struct) {
	t.Helper()
	mode := packages.NeedName | packages.NeedCompiledGoFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Mode: mode}, ".")
	if err != nil || len(loaded) != 1 || len(loaded[0].Errors) > 0 {
		t.Fatalf("load: %v, %v", loaded, err)
	}
	app := loaded[0]
	r := &settingReads{info: app.TypesInfo, fields: map[*types.Var]bool{}, whole: map[*types.Var]bool{}}
	for i, file := range app.Syntax {
		if !slices.Contains(tellers, filepath.Base(app.CompiledGoFiles[i])) {
			ast.Inspect(file, r.note)
		}
	}
	for _, imported := range app.Types.Imports() {
		if imported.Path() == "lucarne/platform/config" {
			return r, imported.Scope().Lookup("Config").Type().Underlying().(*types.Struct)
		}
	}
	t.Fatal("the configuration is not imported")
	return nil, nil
}

// tellers write the configuration down for applications, which does not make anything happen.
var tellers = []string{"config_view.go", "config_sections.go"}

// elsewhere is the section that platform/config honours by itself.
const elsewhere = "webadmin."

// Everything the reference promises has to do something: a key is read here, or marked as kept, for later, or only told.
func TestEverySettingIsHonouredOrMarked(t *testing.T) {
	t.Parallel()
	reads, settings := loadSettingReads(t)
	for _, key := range reads.unread(settings, "", func(field *types.Var) bool { return reads.fields[field] }) {
		if !strings.HasPrefix(key, elsewhere) {
			t.Errorf("%s: nothing reads it, and no mark (use) says so", key)
		}
	}
}
