/// One key of the configuration file, for the loader, the schema and the documents.
package struct ConfigurationKey: Sendable {
  package let name: String
  /// Other spellings, of other programs mostly.
  package let synonyms: [String]
  /// What the value may be; the first that fits is taken.
  package let shapes: [ConfigurationShape]
  /// Whether `null` is a value, which switches the rule off.
  package let isOptional: Bool
  /// The default as JSON; `nil`: there is none.
  package let standard: String?
  /// A value somebody might write, as JSON.
  package let example: String
  package let description: String
  /// Whether a bare number below 1000 was probably meant as seconds.
  package let looksLikeSeconds: Bool
  /// The key of the section that a value without a section sets.
  package let shorthand: String?

  init(
    _ name: String,
    synonyms: [String] = [],
    _ shapes: ConfigurationShape...,
    isOptional: Bool = false,
    standard: String? = nil,
    example: String,
    looksLikeSeconds: Bool = false,
    shorthand: String? = nil,
    _ description: String
  ) {
    self.name = name
    self.synonyms = synonyms
    self.shapes = shapes
    self.isOptional = isOptional
    self.standard = standard
    self.example = example
    self.looksLikeSeconds = looksLikeSeconds
    self.shorthand = shorthand
    self.description = description
  }
}

/// A form a value may have.
package indirect enum ConfigurationShape: Sendable {
  case flag
  /// `false`, which means that the whole is switched off.
  case off
  case text
  /// A string; numbers and flags are taken as they are written.
  case scalar
  /// Strings; `single`: one string stands for a list of one; `loose`: numbers and flags are taken
  /// as they are written.
  case texts(single: Bool = false, loose: Bool = false)
  case count(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A number is milliseconds; in milliseconds, too, are the limits.
  case duration(ClosedRange<Double>)
  /// A number is bytes.
  case size(ClosedRange<Int>)
  /// `60/min`.
  case rate
  /// One of the words; the synonyms of each behind it.
  case choice([[String]])
  case section(ConfigurationSection)
  /// An object with names of the user's choice.
  case map(ConfigurationShape)
  /// Accepted and not looked at.
  case anything
}
