package model

import (
	"reflect"
	"testing"
)

// Each record of a ledger of two Regions is in one of them: none is billed twice or not at
// all. Prices and the names of reservations are of the whole.
func TestEveryRecordIsInOneRegion(t *testing.T) {
	l := &Ledger{Regions: []string{"us-east-1", "eu-west-1"}, ZoneRegions: []int{0, 1}, OwnerRegions: []int{0, 1}}
	whole := map[string]bool{"Zones": true, "Owners": true, "Types": true, "Spot": true, "Regions": true, "ZoneRegions": true, "OwnerRegions": true, "Refused": true}
	v := reflect.ValueOf(l).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && !whole[v.Type().Field(i).Name] {
			f.Set(reflect.MakeSlice(f.Type(), 1, 1)) // of owner 0 in zone 0
		}
	}
	for region, want := range []int{1, 0} {
		part := reflect.ValueOf(l.In(region)).Elem()
		for i := range part.NumField() {
			name := part.Type().Field(i).Name
			if f := part.Field(i); f.Kind() == reflect.Slice && !whole[name] && f.Len() != want {
				t.Errorf("%s has %d records in %s, want %d", name, f.Len(), l.Regions[region], want)
			}
		}
	}
}
