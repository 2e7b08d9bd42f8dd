package addressing

import (
	"maps"
	"math"
	"slices"

	"headroom/sim"
)

// place is where on the globe something is, in degrees, and its name.
type place struct {
	latitude, longitude float64
	name                string
}

// places are the Regions, where AWS's list of them says that they are: the city, or the
// middle of the state.
var places = map[string]place{
	"af-south-1":     {-33.92, 18.42, "Cape Town"},
	"ap-east-1":      {22.32, 114.17, "Hong Kong"},
	"ap-northeast-1": {35.68, 139.69, "Tokyo"},
	"ap-northeast-2": {37.57, 126.98, "Seoul"},
	"ap-northeast-3": {34.69, 135.50, "Osaka"},
	"ap-south-1":     {19.08, 72.88, "Mumbai"},
	"ap-south-2":     {17.39, 78.49, "Hyderabad"},
	"ap-southeast-1": {1.35, 103.82, "Singapore"},
	"ap-southeast-2": {-33.87, 151.21, "Sydney"},
	"ap-southeast-3": {-6.21, 106.85, "Jakarta"},
	"ap-southeast-4": {-37.81, 144.96, "Melbourne"},
	"ap-southeast-5": {3.14, 101.69, "Malaysia, Kuala Lumpur"},
	"ap-southeast-7": {13.76, 100.50, "Thailand, Bangkok"},
	"ca-central-1":   {45.50, -73.57, "Montreal"},
	"ca-west-1":      {51.05, -114.07, "Calgary"},
	"eu-central-1":   {50.11, 8.68, "Frankfurt"},
	"eu-central-2":   {47.38, 8.54, "Zurich"},
	"eu-north-1":     {59.33, 18.07, "Stockholm"},
	"eu-south-1":     {45.46, 9.19, "Milan"},
	"eu-south-2":     {41.65, -0.89, "Spain, Zaragoza"},
	"eu-west-1":      {53.35, -6.26, "Ireland, Dublin"},
	"eu-west-2":      {51.51, -0.13, "London"},
	"eu-west-3":      {48.86, 2.35, "Paris"},
	"il-central-1":   {32.09, 34.78, "Tel Aviv"},
	"me-central-1":   {25.20, 55.27, "United Arab Emirates, Dubai"},
	"me-south-1":     {26.07, 50.56, "Bahrain"},
	"mx-central-1":   {20.59, -100.39, "Mexico, Queretaro"},
	"sa-east-1":      {-23.55, -46.63, "Sao Paulo"},
	"us-east-1":      {39.04, -77.49, "Northern Virginia, Ashburn"},
	"us-east-2":      {39.96, -83.00, "Ohio, Columbus"},
	"us-west-1":      {37.35, -121.95, "Northern California"},
	"us-west-2":      {45.84, -119.70, "Oregon, Boardman"},
}

// Of a way between Regions.
const (
	earthKm    = 6371    // radius of the earth
	fibreKmS   = 200_000 // light in glass: two thirds of that in vacuum
	routeExtra = 1.5     // how much longer cables are than the shortest way: ours
)

// Regions lists the Regions whose places are known.
func Regions() []string { return slices.Sorted(maps.Keys(places)) }

// NameOf returns the name of a Region's place, "" where it is not known.
func NameOf(region string) string { return places[region].name }

// Known reports whether a Region's place is known.
func Known(region string) bool {
	_, ok := places[region]
	return ok
}

// RoundTrip returns how long a packet takes from one Region to another and back: light
// in a cable that is half as long again as the shortest way. It is 0 within a Region or
// where a place is not known.
func RoundTrip(from, to string) sim.Time {
	a, known := places[from]
	b, also := places[to]
	if !known || !also || from == to {
		return 0
	}
	return sim.Seconds(2 * routeExtra * distanceKm(a, b) / fibreKmS)
}

// distanceKm is the shortest way on a sphere, by the haversine formula.
func distanceKm(a, b place) float64 {
	const degree = math.Pi / 180
	north := math.Sin((b.latitude - a.latitude) * degree / 2)
	east := math.Sin((b.longitude - a.longitude) * degree / 2)
	h := north*north + math.Cos(a.latitude*degree)*math.Cos(b.latitude*degree)*east*east
	return 2 * earthKm * math.Asin(math.Sqrt(h))
}
