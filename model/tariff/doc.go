// Package tariff answers: what does the catalogue of a Region ask for each thing
// that a bill may hold?
//
// [Of] gives a [catalog.Catalog], with the price book that overrides it, the face
// of a [pricing.Book], so that catalogue and billing need not know each other.
//
// What the catalogue prices nowhere has no price here either; what it estimates is
// estimated. A price costs what the catalogue's costs, a microsecond or two.
//
// Another source of prices is another implementation of [pricing.Book].
package tariff
