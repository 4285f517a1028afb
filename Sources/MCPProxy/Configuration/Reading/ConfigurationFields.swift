/// The members of one section, read by the table: known names, right types, within their limits.
struct ConfigurationFields {
  private(set) var all: [String: ConfigurationField] = [:]
  /// Those whose value did not fit, which is reported.
  private var refused: Set<String> = []
  /// Where the name of the object stands, if it has one.
  var entryOffset: Int?

  subscript(name: String) -> ConfigurationField? {
    get { all[name] }
    set { all[name] = newValue }
  }

  mutating func refuse(_ name: String) { refused.insert(name) }

  /// Whether it was written, with a value that did not fit.
  func isRefused(_ name: String) -> Bool { refused.contains(name) }

  /// These fields where they are set, `defaults` elsewhere; sections are merged key by key.
  func over(_ defaults: ConfigurationFields) -> ConfigurationFields {
    var merged = self
    merged.refused.formUnion(defaults.refused)
    for (name, field) in defaults.all {
      guard let own = merged.all[name] else {
        merged.all[name] = field
        continue
      }
      if case .fields(let mine) = own.value, case .fields(let theirs) = field.value {
        merged.all[name]?.value = .fields(mine.over(theirs))
      }
    }
    return merged
  }

  func flag(_ name: String) -> Bool? {
    if case .flag(let value) = all[name]?.value { value } else { nil }
  }

  func number(_ name: String) -> Double? {
    if case .number(let value) = all[name]?.value { value } else { nil }
  }

  func count(_ name: String) -> Int? { number(name).flatMap { Int(exactly: $0) } }

  func span(_ name: String) -> TimeSpan? {
    if case .span(let value) = all[name]?.value { value } else { nil }
  }

  func text(_ name: String) -> String? {
    if case .text(let value) = all[name]?.value { value } else { nil }
  }

  func texts(_ name: String) -> [LocatedText]? {
    if case .texts(let value) = all[name]?.value { value } else { nil }
  }

  func fields(_ name: String) -> ConfigurationFields? {
    if case .fields(let value) = all[name]?.value { value } else { nil }
  }

  func map(_ name: String) -> [NamedField] {
    if case .map(let value) = all[name]?.value { value } else { [] }
  }

  /// Whether the rule was switched off, by `null` or `false`.
  func isOff(_ name: String) -> Bool {
    if case .off = all[name]?.value { true } else { false }
  }
}

/// A value and where it stands.
struct ConfigurationField {
  let nameOffset: Int
  let offset: Int
  var value: ConfigurationValue
}

/// A member of an object whose names the user chose.
struct NamedField {
  let name: String
  let field: ConfigurationField
}

/// A string and where it stands.
struct LocatedText {
  let text: String
  let offset: Int
}

indirect enum ConfigurationValue {
  case off
  case flag(Bool)
  case number(Double)
  case span(TimeSpan)
  case text(String)
  case texts([LocatedText])
  case fields(ConfigurationFields)
  case map([NamedField])
  case ignored
}
