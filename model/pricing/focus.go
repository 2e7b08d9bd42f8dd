package pricing

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/model"
	"headroom/sim"
)

// Account is to whom the invoice is addressed in FOCUS rows.
type Account struct {
	BillingID, BillingName string
	// SubID and SubName are empty if there is no sub account.
	SubID, SubName string
	// Tags are cost allocation tags by owner.
	Tags map[string]map[string]string
}

// focusColumn is a column of FOCUS 1.2: its name and its value, "" for null.
type focusColumn struct {
	name  string
	value func(*focusRow) string
}

// focusRow is a line and what its columns need beyond it.
type focusRow struct {
	*Line
	invoice *Invoice
	account Account
}

// focusColumns are the mandatory columns of FOCUS 1.2 and the conditional and
// recommended ones that apply to us, in alphabetical order, and our own.
var focusColumns = []focusColumn{
	{"AvailabilityZone", func(r *focusRow) string { return prefixed(r.Region, r.Zone) }},
	{"BilledCost", func(r *focusRow) string { return amount(r.Billed) }},
	{"BillingAccountId", func(r *focusRow) string { return r.account.BillingID }},
	{"BillingAccountName", func(r *focusRow) string { return r.account.BillingName }},
	{"BillingCurrency", func(r *focusRow) string { return r.invoice.Currency }},
	{"BillingPeriodEnd", func(r *focusRow) string { return instant(r.Month.AddDate(0, 1, 0)) }},
	{"BillingPeriodStart", func(r *focusRow) string { return instant(r.Month) }},
	{"CapacityReservationId", (*focusRow).reservationID},
	{"CapacityReservationStatus", (*focusRow).reservationStatus},
	{"ChargeCategory", func(r *focusRow) string { return string(r.Category) }},
	{"ChargeClass", func(*focusRow) string { return "" }}, // nothing is corrected
	{"ChargeDescription", func(r *focusRow) string { return r.Description }},
	{"ChargeFrequency", func(r *focusRow) string { return string(r.Frequency) }},
	{"ChargePeriodEnd", func(r *focusRow) string { return r.at(r.To) }},
	{"ChargePeriodStart", func(r *focusRow) string { return r.at(r.From) }},
	{"CommitmentDiscountCategory", (*focusRow).discountCategory},
	{"CommitmentDiscountId", (*focusRow).discountID},
	{"CommitmentDiscountName", func(r *focusRow) string { return r.Discount.Name }},
	{"CommitmentDiscountQuantity", func(r *focusRow) string { return only(r.discounted(), decimals(r.Discount.Quantity)) }},
	{"CommitmentDiscountStatus", func(r *focusRow) string { return r.Discount.Status }},
	{"CommitmentDiscountType", func(r *focusRow) string { return only(r.discounted(), r.Discount.Kind.String()) }},
	{"CommitmentDiscountUnit", func(r *focusRow) string { return r.Discount.Unit }},
	{"ConsumedQuantity", func(r *focusRow) string { return only(r.consumes(), decimals(r.Consumed)) }},
	{"ConsumedUnit", func(r *focusRow) string { return only(r.consumes(), r.ConsumedUnit) }},
	{"ContractedCost", func(r *focusRow) string { return amount(r.contracted()) }},
	{"ContractedUnitPrice", func(r *focusRow) string { return decimals(r.contractedPrice()) }},
	{"EffectiveCost", func(r *focusRow) string { return amount(r.Effective) }},
	{"InvoiceId", func(*focusRow) string { return "" }}, // none is issued
	{"InvoiceIssuerName", func(*focusRow) string { return provider }},
	{"ListCost", func(r *focusRow) string { return amount(r.List) }},
	{"ListUnitPrice", func(r *focusRow) string { return decimals(r.ListPrice) }},
	{"PricingCategory", (*focusRow).pricingCategory},
	{"PricingCurrency", func(r *focusRow) string { return r.invoice.Currency }},
	{"PricingQuantity", func(r *focusRow) string { return decimals(r.Priced) }},
	{"PricingUnit", func(r *focusRow) string { return r.PricedUnit }},
	{"ProviderName", func(*focusRow) string { return provider }},
	{"PublisherName", func(*focusRow) string { return provider }},
	{"RegionId", func(r *focusRow) string { return r.Region }},
	{"RegionName", func(r *focusRow) string { return RegionName(r.Region) }},
	{"ResourceId", func(r *focusRow) string { id, _, _ := r.resource(); return id }},
	{"ResourceName", func(r *focusRow) string { _, name, _ := r.resource(); return name }},
	{"ResourceType", func(r *focusRow) string { _, _, kind := r.resource(); return kind }},
	{"ServiceCategory", func(r *focusRow) string { return serviceOf(r.Service).category }},
	{"ServiceName", func(r *focusRow) string { return serviceOf(r.Service).name }},
	{"ServiceSubcategory", func(r *focusRow) string { return serviceOf(r.Service).subcategory }},
	{"SkuId", (*focusRow).skuID},
	{"SkuMeter", (*focusRow).skuMeter},
	{"SkuPriceDetails", func(r *focusRow) string { return only(r.Instances, object("InstanceType", r.ResourceType)) }},
	{"SkuPriceId", (*focusRow).skuPriceID},
	{"SubAccountId", func(r *focusRow) string { return r.account.SubID }},
	{"SubAccountName", func(r *focusRow) string { return only(r.account.SubID != "", r.account.SubName) }},
	{"Tags", (*focusRow).tags},
	{"x_AllowanceProrated", func(r *focusRow) string { return strconv.FormatBool(r.Prorated) }},
	{"x_PriceEstimated", func(r *focusRow) string { return strconv.FormatBool(r.Estimated) }},
}

// provider is whose invoice it would be.
const provider = "Amazon Web Services"

// FOCUSColumns returns the header of FOCUS rows. Its order never changes.
func FOCUSColumns() []string {
	names := make([]string, len(focusColumns))
	for i, column := range focusColumns {
		names[i] = column.name
	}
	return names
}

// FOCUS returns a line of the invoice as a row of FOCUS 1.2, a value per column
// and "" for null. Usage has its On-Demand price as the list price; what is not
// under a commitment is contracted at what is paid. An owner's instances are one
// resource.
func (v *Invoice) FOCUS(line *Line, account Account) []string {
	row := focusRow{line, v, account}
	values := make([]string, len(focusColumns))
	for i, column := range focusColumns {
		values[i] = column.value(&row)
	}
	return values
}

func (r *focusRow) discounted() bool { return r.Discount.Kind != 0 }

// consumes reports whether the line is usage of a resource.
func (r *focusRow) consumes() bool { return r.Category == Usage && r.Discount.Status != "Unused" }

// contracted returns the cost without commitments.
func (r *focusRow) contracted() model.Money {
	if r.discounted() {
		return r.Contracted
	}
	return r.Billed
}

func (r *focusRow) contractedPrice() float64 {
	if r.discounted() {
		return r.ListPrice * (1 - r.Negotiated)
	}
	return r.UnitPrice
}

func (r *focusRow) discountCategory() string {
	switch {
	case !r.discounted():
		return ""
	case r.Discount.Kind.savingsPlan():
		return "Spend"
	default:
		return "Usage"
	}
}

func (r *focusRow) discountID() string {
	return only(r.discounted(), r.Region+"/commitment/"+r.Discount.Name)
}

func (r *focusRow) reservationID() string {
	return only(r.Reservation != "", r.Region+"/capacity-reservation/"+r.Reservation)
}

func (r *focusRow) reservationStatus() string {
	if r.Filled {
		return "Used"
	}
	return only(r.Reservation != "", "Unused")
}

func (r *focusRow) pricingCategory() string {
	switch {
	case r.discounted() && r.Category == Usage:
		return "Committed"
	case r.Option == Spot:
		return "Dynamic"
	default:
		return "Standard"
	}
}

// resource returns the resource that is charged for: the commitment or the
// reservation itself, else all that one owner has.
func (r *focusRow) resource() (id, name, kind string) {
	switch {
	case r.discounted() && !r.consumes():
		return r.discountID(), r.Discount.Name, r.Discount.Kind.String()
	case r.Reservation != "" && !r.Filled:
		return r.reservationID(), r.Reservation, "Capacity Reservation"
	case r.Owner == "":
		return "", "", ""
	}
	kind, name, _ = strings.Cut(r.Owner, ".")
	return r.Region + "/" + r.Owner, name, kind
}

// skuID returns the SKU without how it was bought.
func (r *focusRow) skuID() string {
	sku := r.SKU
	for _, bought := range []string{".interrupted", ".spot", ".unused_capacity", ".unused", ".upfront"} {
		sku = strings.TrimSuffix(sku, bought)
	}
	return sku
}

// skuPriceID returns the SKU with how it was bought.
func (r *focusRow) skuPriceID() string {
	parts := []string{r.SKU, string(r.Option)}
	if r.consumes() && r.discounted() {
		plan, _, _ := strings.Cut(r.Discount.Name, "/")
		parts = append(parts, plan)
	}
	return strings.Join(parts, "/")
}

func (r *focusRow) skuMeter() string {
	switch {
	case r.Instances:
		return "Instance Usage"
	case r.discounted() && !r.consumes():
		return "Commitment"
	}
	_, meter, _ := strings.Cut(r.skuID(), ".")
	return meter
}

// tags returns the owner and its cost allocation tags.
func (r *focusRow) tags() string {
	if r.Owner == "" {
		return ""
	}
	all := map[string]string{"owner": r.Owner}
	maps.Copy(all, r.account.Tags[r.Owner])
	return table(all)
}

func (r *focusRow) at(t sim.Time) string { return instant(r.invoice.Start.Add(t.Duration())) }

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func amount(m model.Money) string {
	sign, n := "", m
	if n < 0 {
		sign, n = "-", -n
	}
	text := strconv.FormatInt(int64(n/model.Dollar), 10)
	if fraction := n % model.Dollar; fraction > 0 {
		digits := strconv.FormatInt(int64(model.Dollar+fraction), 10)[1:]
		text += "." + strings.TrimRight(digits, "0")
	}
	return sign + text
}

func decimals(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func only(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

func prefixed(prefix, text string) string { return only(text != "", prefix+text) }

// object returns a JSON object of one key.
func object(key, value string) string { return table(map[string]string{key: value}) }

// table returns a JSON object of texts.
func table(values map[string]string) string {
	text, err := json.Marshal(values)
	if err != nil {
		panic("pricing: " + err.Error())
	}
	return string(text)
}

type focusService struct {
	service                     Service
	name, category, subcategory string
}

var focusServices = []focusService{
	{EC2, "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines"},
	{EBS, "Amazon Elastic Block Store", "Storage", "Block Storage"},
	{ELB, "Elastic Load Balancing", "Networking", "Application Networking"},
	{VPC, "Amazon Virtual Private Cloud", "Networking", "Network Infrastructure"},
	{DataTransfer, "AWS Data Transfer", "Networking", "Network Connectivity"},
	{Route53, "Amazon Route 53", "Networking", "Network Infrastructure"},
	{Lambda, "AWS Lambda", "Compute", "Serverless Compute"},
	{Fargate, "AWS Fargate", "Compute", "Containers"},
	{CloudWatch, "Amazon CloudWatch", "Management and Governance", "Observability"},
}

func serviceOf(service Service) focusService {
	i := slices.IndexFunc(focusServices, func(s focusService) bool { return s.service == service })
	if i < 0 {
		return focusService{service, string(service), "Other", "Other (Other)"}
	}
	return focusServices[i]
}

// regionNames are AWS's display names.
var regionNames = [][2]string{
	{"af-south-1", "Africa (Cape Town)"}, {"ap-east-1", "Asia Pacific (Hong Kong)"}, {"ap-northeast-1", "Asia Pacific (Tokyo)"},
	{"ap-northeast-2", "Asia Pacific (Seoul)"}, {"ap-northeast-3", "Asia Pacific (Osaka)"}, {"ap-south-1", "Asia Pacific (Mumbai)"},
	{"ap-south-2", "Asia Pacific (Hyderabad)"}, {"ap-southeast-1", "Asia Pacific (Singapore)"}, {"ap-southeast-2", "Asia Pacific (Sydney)"},
	{"ap-southeast-3", "Asia Pacific (Jakarta)"}, {"ap-southeast-4", "Asia Pacific (Melbourne)"}, {"ap-southeast-5", "Asia Pacific (Malaysia)"},
	{"ap-southeast-7", "Asia Pacific (Thailand)"}, {"ca-central-1", "Canada (Central)"}, {"ca-west-1", "Canada West (Calgary)"},
	{"eu-central-1", "Europe (Frankfurt)"}, {"eu-central-2", "Europe (Zurich)"}, {"eu-north-1", "Europe (Stockholm)"},
	{"eu-south-1", "Europe (Milan)"}, {"eu-south-2", "Europe (Spain)"}, {"eu-west-1", "Europe (Ireland)"}, {"eu-west-2", "Europe (London)"},
	{"eu-west-3", "Europe (Paris)"}, {"il-central-1", "Israel (Tel Aviv)"}, {"me-central-1", "Middle East (UAE)"},
	{"me-south-1", "Middle East (Bahrain)"}, {"mx-central-1", "Mexico (Central)"}, {"sa-east-1", "South America (Sao Paulo)"},
	{"us-east-1", "US East (N. Virginia)"}, {"us-east-2", "US East (Ohio)"}, {"us-west-1", "US West (N. California)"},
	{"us-west-2", "US West (Oregon)"},
}

// RegionName returns AWS's display name of a Region, which says where it is; the id of one that
// is not known.
func RegionName(id string) string {
	for _, region := range regionNames {
		if region[0] == id {
			return region[1]
		}
	}
	return id
}
