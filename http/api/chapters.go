package api

import (
	"net/http"

	"lucarne/video"
)

func (a *API) chapterRoutes() []route {
	if a.Chapters == nil {
		return nil
	}
	const all = "/videos/{id}/chapters"
	return []route{
		{method: "GET", pattern: all, access: optional, do: a.listChapters},
		{method: "PUT", pattern: all, access: signedIn, do: a.replaceChapters},
	}
}

type chapterJSON struct {
	Timecode int    `json:"timecode"`
	Title    string `json:"title"`
}

func (a *API) listChapters(w http.ResponseWriter, r *request) error {
	of, err := r.seen()
	if err != nil {
		return err
	}
	chapters, err := a.Chapters.List(r.Context(), of.ID)
	if err != nil {
		return err
	}
	list := listOf(0, chapters, func(c video.Chapter) chapterJSON { return chapterJSON{c.Second, c.Title} })
	return answer(w, r, map[string][]chapterJSON{"chapters": list.Data})
}

func (a *API) replaceChapters(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	chapters, ok := chaptersIn(in)
	if !ok {
		in.refuse("chapters", in.fields["chapters"], "Chapters must have a valid title and timecode, and each timecode must be unique")
		return in.err()
	}
	if err := a.Chapters.Replace(r.Context(), r.viewer, id, chapters); err != nil {
		return err
	}
	return noContent(w)
}

// chaptersIn reads the list; one that was not sent at all is not taken for an empty one.
func chaptersIn(in *input) (chapters []video.Chapter, ok bool) {
	value, sent := in.fields["chapters"]
	if !sent || value == nil {
		return nil, false
	}
	for _, element := range elements(value) {
		fields, isObject := element.(map[string]any)
		if !isObject {
			return nil, false
		}
		second, isNumber := parseInt(fields["timecode"])
		title, isText := parseString(fields["title"])
		if !isNumber || !isText {
			return nil, false
		}
		chapters = append(chapters, video.Chapter{Second: int(second), Title: title})
	}
	return chapters, true
}
