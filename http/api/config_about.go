package api

import "net/http"

// InstanceAbout is what the instance says of itself at length.
type InstanceAbout struct {
	Name                  string         `json:"name"`
	ShortDescription      string         `json:"shortDescription"`
	Description           string         `json:"description"`
	Terms                 string         `json:"terms"`
	CodeOfConduct         string         `json:"codeOfConduct"`
	HardwareInformation   string         `json:"hardwareInformation"`
	CreationReason        string         `json:"creationReason"`
	ModerationInformation string         `json:"moderationInformation"`
	Administrator         string         `json:"administrator"`
	MaintenanceLifetime   string         `json:"maintenanceLifetime"`
	BusinessModel         string         `json:"businessModel"`
	ServerCountry         string         `json:"serverCountry"`
	Support               SupportText    `json:"support"`
	Social                InstanceSocial `json:"social"`
	Languages             []string       `json:"languages"`
	Categories            []int          `json:"categories"`
	InstancePictures
}

func (a *API) getAbout(w http.ResponseWriter, r *request) error {
	about := a.Configuration.About()
	if err := a.depict(r.Context(), &about.InstancePictures); err != nil {
		return err
	}
	return answer(w, r, struct {
		Instance InstanceAbout `json:"instance"`
	}{about})
}
