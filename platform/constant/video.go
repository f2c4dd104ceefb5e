package constant

// The privacies of a video.
const (
	PrivacyPublic = iota + 1
	PrivacyUnlisted
	PrivacyPrivate
	PrivacyInternal
	PrivacyPasswordProtected
)

// The privacies of a playlist.
const (
	PlaylistPublic = iota + 1
	PlaylistUnlisted
	PlaylistPrivate
)

// Categories are what a video may be about.
func Categories() Table[int] { return categories }

// Licences are the terms a video may be published under.
func Licences() Table[int] { return licences }

// Privacies say who may watch a video.
func Privacies() Table[int] { return privacies }

// PlaylistPrivacies say who may see a playlist.
func PlaylistPrivacies() Table[int] { return playlistPrivacies }

var categories = newTable([]Entry[int]{
	{ID: 1, English: "Music", French: "Musique"},
	{ID: 2, English: "Films", French: "Films"},
	{ID: 3, English: "Vehicles", French: "Véhicules"},
	{ID: 4, English: "Art", French: "Art"},
	{ID: 5, English: "Sports", French: "Sports"},
	{ID: 6, English: "Travels", French: "Voyages"},
	{ID: 7, English: "Gaming", French: "Jeux vidéo"},
	{ID: 8, English: "People", French: "Vie quotidienne"},
	{ID: 9, English: "Comedy", French: "Humour"},
	{ID: 10, English: "Entertainment", French: "Divertissement"},
	{ID: 11, English: "News & Politics", French: "Actualité et politique"},
	{ID: 12, English: "How To", French: "Tutoriels"},
	{ID: 13, English: "Education", French: "Éducation"},
	{ID: 14, English: "Activism", French: "Militantisme"},
	{ID: 15, English: "Science & Technology", French: "Sciences et technologies"},
	{ID: 16, English: "Animals", French: "Animaux"},
	{ID: 17, English: "Kids", French: "Enfants"},
	{ID: 18, English: "Food", French: "Cuisine"},
})

var licences = newTable([]Entry[int]{
	{ID: 1, English: "Attribution", French: "Attribution"},
	{ID: 2, English: "Attribution - Share Alike", French: "Attribution - Partage dans les mêmes conditions"},
	{ID: 3, English: "Attribution - No Derivatives", French: "Attribution - Pas de modification"},
	{ID: 4, English: "Attribution - Non Commercial", French: "Attribution - Pas d’utilisation commerciale"},
	{ID: 5, English: "Attribution - Non Commercial - Share Alike", French: "Attribution - Pas d’utilisation commerciale - Partage dans les mêmes conditions"},
	{ID: 6, English: "Attribution - Non Commercial - No Derivatives", French: "Attribution - Pas d’utilisation commerciale - Pas de modification"},
	{ID: 7, English: "Public Domain Dedication", French: "Versement au domaine public"},
	{ID: 8, English: "Public Domain Mark", French: "Marque du domaine public"},
	{ID: 9, English: "All rights reserved", French: "Tous droits réservés"},
})

var privacies = newTable([]Entry[int]{
	{ID: PrivacyPublic, English: "Public", French: "Publique"},
	{ID: PrivacyUnlisted, English: "Unlisted", French: "Non répertoriée"},
	{ID: PrivacyPrivate, English: "Private", French: "Privée"},
	{ID: PrivacyInternal, English: "Internal", French: "Interne"},
	{ID: PrivacyPasswordProtected, English: "Password protected", French: "Protégée par mot de passe"},
})

var playlistPrivacies = newTable([]Entry[int]{
	{ID: PlaylistPublic, English: "Public", French: "Publique"},
	{ID: PlaylistUnlisted, English: "Unlisted", French: "Non répertoriée"},
	{ID: PlaylistPrivate, English: "Private", French: "Privée"},
})
