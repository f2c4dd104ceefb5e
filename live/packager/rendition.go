package packager

type (
	rendition  struct{}
	pace       struct{}
	cuts       struct{}
	cachedBody struct{}
)
