/// Values by the names of tools, which are the same name only if they are the same bytes.
///
/// To `String` a letter with an accent is the same as a letter that an accent follows; to a server
/// these are two names.
package struct NameTable<Value> {
  private struct Name: Hashable {
    let text: String

    static func == (left: Name, right: Name) -> Bool { left.text.isSameName(as: right.text) }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
    }
  }

  private var table: [Name: Value] = [:]

  package init() {}

  package subscript(name: String) -> Value? {
    get { table[Name(text: name)] }
    set { table[Name(text: name)] = newValue }
  }

  package subscript(name: String, default value: @autoclosure () -> Value) -> Value {
    get { table[Name(text: name)] ?? value() }
    set { table[Name(text: name)] = newValue }
  }

  package var count: Int { table.count }
  package var isEmpty: Bool { table.isEmpty }
  package var names: [String] { table.keys.map(\.text) }
  package var values: some Collection<Value> { table.values }

  /// Keeps only what `isKept` says of.
  package mutating func keep(_ isKept: (String) -> Bool) {
    table = table.filter { isKept($0.key.text) }
  }
}

extension NameTable: Sendable where Value: Sendable {}
extension NameTable: Equatable where Value: Equatable {}

extension String {
  /// Whether both are the same name of a tool, byte for byte.
  package func isSameName(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
