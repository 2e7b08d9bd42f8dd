// Package forecast answers: which load will the coming hours bring?
//
// It is what predictive scaling decides by (package scaling). Amazon does not publish
// how it forecasts; what is said here of its service is from the Amazon EC2 Auto
// Scaling User Guide, "Predictive scaling": it looks at the last 14 days, needs one
// day, and forecasts 48 hours, anew every six.
//
// A [Forecaster] is made for one series and asked in the order of time, as it learns
// from how its own forecasts came out. Registry lists the forecasters.
package forecast
