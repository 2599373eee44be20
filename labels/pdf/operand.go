package pdf

// operand is a value in a content stream or CMap.
type operand struct {
	kind   operandKind
	number float64
	text   []byte // a string's codes
	name   string
	list   []operand // an array's items
}

type operandKind byte

const (
	isNumber operandKind = iota
	isText
	isName
	isArray
	isBracket // of a dictionary, whose keys and values are operands of their own
	isWord    // true, false or null
)

// numbers are those operands that are numbers.
func numbers(operands []operand) []float64 {
	var v []float64
	for _, o := range operands {
		if o.kind == isNumber {
			v = append(v, o.number)
		}
	}
	return v
}

func last(operands []operand) (float64, bool) {
	if len(operands) == 0 || operands[len(operands)-1].kind != isNumber {
		return 0, false
	}
	return operands[len(operands)-1].number, true
}

func lastName(operands []operand) string {
	if len(operands) == 0 {
		return ""
	}
	return operands[len(operands)-1].name
}

func matrixOf(operands []operand) (matrix, bool) {
	v := numbers(operands)
	if len(v) != len(identity) {
		return identity, false
	}
	return matrix(v), true
}
