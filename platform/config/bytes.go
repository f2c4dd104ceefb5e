package config

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bytes is a size, or Unlimited. It is written "100MB" or as a number; units are steps of 1024, as PeerTube has them.
type Bytes int64

// Unlimited stands for no bound; it is written -1.
const Unlimited = Bytes(-1)

const byteUnits = "KMGTPE"

// IsUnlimited says that there is no bound.
func (b Bytes) IsUnlimited() bool { return b < 0 }

// Allows says whether n bytes are within the bound.
func (b Bytes) Allows(n int64) bool { return b.IsUnlimited() || n <= int64(b) }

// String writes the size in the largest unit that divides it, so that ParseBytes reads the same: "10GB", "1500".
func (b Bytes) String() string {
	if b <= 0 {
		return strconv.FormatInt(int64(b), 10)
	}
	unit := ""
	for i := 0; i < len(byteUnits) && b%1024 == 0; i++ {
		b, unit = b/1024, byteUnits[i:i+1]+"B"
	}
	return strconv.FormatInt(int64(b), 10) + unit
}

// ParseBytes reads "100MB", "1.5 GiB", "300 k", a number of bytes, or -1 for Unlimited. Nothing else is negative.
func ParseBytes(text string) (Bytes, error) {
	text = strings.TrimSpace(text)
	number := strings.TrimRight(text, "bBiIkKmMgGtTpPeE ")
	factor, ok := byteFactor(strings.TrimSpace(text[len(number):]))
	if !ok {
		return 0, notBytes(text)
	}
	if exact, err := strconv.ParseInt(number, 10, 64); err == nil && factor == 1 && exact >= -1 {
		return Bytes(exact), nil
	}
	amount, err := strconv.ParseFloat(number, 64)
	product := math.Floor(amount * factor)
	if err != nil || !(product >= 0 && product < math.MaxInt64) { // also refuses NaN
		return 0, notBytes(text)
	}
	return Bytes(product), nil
}

// byteFactor is what "", "B", "k", "kB" or "KiB" multiplies by.
func byteFactor(unit string) (float64, bool) {
	unit = strings.ToUpper(unit)
	if unit == "" || unit == "B" {
		return 1, true
	}
	power := strings.Index(byteUnits, unit[:1])
	if rest := unit[1:]; power < 0 || (rest != "" && rest != "B" && rest != "IB") {
		return 0, false
	}
	return math.Pow(1024, float64(power+1)), true
}

func notBytes(text string) error {
	return fmt.Errorf("%q is not a size such as \"100MB\", a number of bytes, or -1", text)
}

// MarshalJSON writes the number of bytes.
func (b Bytes) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(b), 10), nil }

// UnmarshalJSON reads a number of bytes or a text.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	parsed, err := ParseBytes(unquote(data))
	if err != nil {
		return err
	}
	*b = parsed
	return nil
}

// MarshalYAML writes the readable text.
func (b Bytes) MarshalYAML() (any, error) {
	if b <= 0 || b%1024 != 0 {
		return int64(b), nil
	}
	return b.String(), nil
}

// UnmarshalYAML reads a number of bytes or a text.
func (b *Bytes) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := ParseBytes(node.Value)
	if err != nil {
		return err
	}
	*b = parsed
	return nil
}

// unquote is the text of a JSON string, or a number as it stands.
func unquote(data []byte) string {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text
	}
	return string(data)
}
