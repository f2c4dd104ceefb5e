package main

import (
	"fmt"
	"strconv"

	"github.com/a-h/templ"

	"lucarne/http/web/ui"
)

func homeSheet(t ui.Translator) (ui.Page, templ.Component) {
	return samplePage(t, "", "home"), home(t, sampleCards())
}

func watchSheet(t ui.Translator) (ui.Page, templ.Component) {
	p := samplePage(t, "The footbridge, one year after: what the quarter gained and lost", "")
	p.Scripts = []string{"player.js"}
	return p, watch(t)
}

func channelSheet(t ui.Translator) (ui.Page, templ.Component) {
	return samplePage(t, "City in motion", ""), channel(t)
}

func publishSheet(t ui.Translator) (ui.Page, templ.Component) {
	p := samplePage(t, "Publish a video", "")
	p.Scripts, p.Narrow = []string{"upload.js"}, true
	return p, publish(t)
}

func formSheet(t ui.Translator) (ui.Page, templ.Component) {
	p := samplePage(t, "Edit the video", "")
	p.Scripts = []string{"player.js"}
	p.Flashes = []ui.Flash{{Tone: ui.Danger, Text: "Two fields need your attention. Nothing was saved."}}
	return p, form(t)
}

func tableSheet(t ui.Translator) (ui.Page, templ.Component) {
	return samplePage(t, "My videos", ""), table(t)
}

func emptySheet(t ui.Translator) (ui.Page, templ.Component) {
	p := samplePage(t, "History", "history")
	return p, empty()
}

func errorSheet(t ui.Translator) (ui.Page, templ.Component) {
	p := samplePage(t, "Not found", "")
	p.Visitor = nil
	return p, notFound()
}

func componentSheet(t ui.Translator) (ui.Page, templ.Component) {
	return samplePage(t, "Components", "discover"), components(t)
}

var videoColumns = []ui.Column{
	{Label: "Title", Sort: "?sort=name"}, {Label: "State"}, {Label: "Published", Sort: "?sort=-publishedAt", Order: "descending"}, {Label: "Views", Number: true}, {},
}

func videoRows(t ui.Translator) []ui.Row {
	states := []templ.Component{
		ui.Badge(ui.Good, "circle-check", "Published"), ui.Badge(ui.Live, "radio", "Live"), ui.Badge(ui.Note, "refresh-cw", "Transcoding, 42 %"),
		ui.Badge(ui.Danger, "circle-alert", "Failed"), ui.Badge(ui.Neutral, "lock", "Private"),
	}
	var rows []ui.Row
	for i, c := range sampleCards()[:5] {
		rows = append(rows, ui.Row{
			titleCell(c), states[i], ui.TimeAgo(t, now.AddDate(0, 0, -i*i)), ui.Text(t.Number(c.Views)), rowMenu(t),
		})
	}
	return rows
}

func samplePlot() ui.PlotProps {
	p := ui.PlotProps{Title: "Views per day", Unit: "views"}
	for i := range 30 {
		p.Labels = append(p.Labels, fmt.Sprintf("%d May", i+1))
		p.Values = append(p.Values, float64(40+i*i%97+i*6))
	}
	return p
}

func samplePages(current int) ui.Pages {
	return ui.Pages{Current: current, Last: 24, URL: func(n int) string { return "?page=" + strconv.Itoa(n) }}
}
