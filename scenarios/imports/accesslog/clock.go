package accesslog

// daysBefore is the number of days before a month of a year that is no leap year.
var daysBefore = [13]int64{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// daysSince1970 returns the days from 1970-01-01 to a date of the years 1970 to 9999.
func daysSince1970(year, month, day int64) int64 {
	y := year - 1
	days := (year-1970)*365 + (y/4 - y/100 + y/400) - (1969/4 - 1969/100 + 1969/400)
	days += daysBefore[month] + day - 1
	if month > 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0) {
		days++
	}
	return days
}

// isDate reports whether there is such a day.
func isDate(year, month, day int64) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	if day <= 28 {
		return true
	}
	next, end := month+1, year
	if next > 12 {
		next, end = 1, year+1
	}
	return daysSince1970(year, month, day) < daysSince1970(end, next, 1)
}

// digits reads a number of exactly so many digits at a place.
func digits(text []byte, from, n int) (value int64, ok bool) {
	for _, c := range text[from : from+n] {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + int64(c-'0')
	}
	return value, true
}

// stamp reads a time such as 2018-07-02T22:22:48.364000Z as microseconds since 1970.
// The decimals and the Z may be missing: the clock is that of UTC.
func stamp(text []byte) (int64, bool) {
	if len(text) < 19 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' {
		return 0, false
	}
	year, a := digits(text, 0, 4)
	month, b := digits(text, 5, 2)
	day, c := digits(text, 8, 2)
	clock, d := clockOf(text[11:19])
	if !a || !b || !c || !d || year < 1970 || !isDate(year, month, day) {
		return 0, false
	}
	at := (daysSince1970(year, month, day)*86400 + clock) * 1e6
	rest := text[19:]
	if len(rest) > 0 && rest[len(rest)-1] == 'Z' {
		rest = rest[:len(rest)-1]
	}
	if len(rest) == 0 {
		return at, true
	}
	if rest[0] != '.' || len(rest) < 2 {
		return 0, false
	}
	part, ok := fraction(rest[1:])
	return at + part, ok
}

// clockOf reads hours, minutes and seconds such as 22:22:48; a leap second counts as
// the one after it.
func clockOf(text []byte) (seconds int64, ok bool) {
	hour, a := digits(text, 0, 2)
	minute, b := digits(text, 3, 2)
	second, c := digits(text, 6, 2)
	return hour*3600 + minute*60 + second, a && b && c && hour < 24 && minute < 60 && second <= 60
}

// months are their names in logs of web servers.
const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// serverStamp reads a time such as 01/Aug/1995:00:00:01 -0400 as microseconds since
// 1970.
func serverStamp(text []byte) (int64, bool) {
	if len(text) != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':' || text[20] != ' ' {
		return 0, false
	}
	day, a := digits(text, 0, 2)
	year, b := digits(text, 7, 4)
	clock, c := clockOf(text[12:20])
	hours, d := digits(text, 22, 2)
	minutes, e := digits(text, 24, 2)
	month := int64(0)
	for m := range int64(12) {
		if string(text[3:6]) == months[3*m:3*m+3] {
			month = m + 1
		}
	}
	if !a || !b || !c || !d || !e || year < 1970 || !isDate(year, month, day) || hours > 14 || minutes > 59 {
		return 0, false
	}
	offset := hours*3600 + minutes*60
	switch text[21] {
	case '+':
	case '-':
		offset = -offset
	default:
		return 0, false
	}
	return max(0, daysSince1970(year, month, day)*86400+clock-offset) * 1e6, true
}
