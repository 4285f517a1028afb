import MCPProxy
import Testing

/// Every form in which options can be written, on a command made up for that.
struct OptionParserTests {
  @Test(
    arguments: [
      ([], Toy()),
      (["--flag"], Toy(flag: true)), (["-f"], Toy(flag: true)), (["-f", "-f"], Toy(flag: true)),
      (["--file", "a"], Toy(file: "a")), (["-c", "a"], Toy(file: "a")),
      (["--file=a"], Toy(file: "a")), (["--file=a=b"], Toy(file: "a=b")),
      (["--file="], Toy(file: "")), (["-c", ""], Toy(file: "")),
      (["-c", "--flag"], Toy(file: "--flag")), (["-c", "a", "-c", "b"], Toy(file: "b")),
      (["--rule"], Toy(rules: ["-"])), (["--rule", "x"], Toy(rules: ["x"])),
      (["--rule=-x"], Toy(rules: ["-x"])), (["--rule", "-f"], Toy(flag: true, rules: ["-"])),
      (["--rule", "x", "--rule"], Toy(rules: ["x", "-"])),
      (["--count", "7"], Toy(count: 7)), (["--count=7"], Toy(count: 7)),
      (["word"], Toy(word: "word")), (["word", "-f"], Toy(flag: true, word: "word")),
      (["-f", "word"], Toy(flag: true, word: "word")), ([""], Toy(word: "")),
      (["--", "x", "-f"], Toy(behind: ["x", "-f"])), (["--", "--"], Toy(behind: ["--"])),
      (["-f", "--", "--help"], Toy(flag: true, behind: ["--help"])),
      (["--rule", "--", "x"], Toy(rules: ["-"], behind: ["x"])),
    ] as [([String], Toy)]
  )
  func `what stands behind the name becomes a value`(words: [String], command: Toy) throws {
    #expect(try OptionParser<Toy>(Toy.options).read(words) == command)
  }

  @Test(arguments: [
    ["--help"], ["-h"], ["-f", "-h"], ["--help", "--bogus"], ["word", "--help", "word"],
    ["--help", "--", "x"],
  ])
  func `who asks for help gets nothing else`(words: [String]) throws {
    #expect(try OptionParser<Toy>(Toy.options).read(words) == nil)
    #expect(try (Toy.reading(words) as? HelpCommand)?.topic == "toy")
  }

  @Test(
    arguments: [
      (["--file"], "--file needs a value"), (["-c", "--", "x"], "--file needs a value"),
      (["--count"], #"--count needs a number, not """#),
      (["--count", "x"], #"--count needs a number, not "x""#),
      (["--count", "-1"], #"--count needs a number, not "-1""#),
      (
        ["--count", "18446744073709551616"], #"--count needs a number, not "18446744073709551616""#
      ),
      (["--"], #"a word is missing behind "--""#), (["--help", "--"], #"a word is missing"#),
      (["a", "b"], #"unexpected "b""#),
      (["-x"], #"unknown option "-x""#), (["-"], #"unknown option "-""#),
      (["-ca"], #"unknown option "-ca""#), (["-c=a"], #"unknown option "-c=a""#),
      (["--flag=yes"], #"unknown option "--flag=yes""#),
      (["--bogus", "--help"], #"unknown option "--bogus""#),
      (["--count", "x", "--help"], #"--count needs a number, not "x""#),
      (["--confg"], #"unknown option "--confg"; did you mean "--config"?"#),
      (["--strict"], "--strict is no option of this command"),
      (["-v"], "-v is no option of this command"),
      (["--flag", "--file", "bad"], "bad together"),
    ] as [([String], String)]
  )
  func `what is wrong is said`(words: [String], text: String) {
    let error = #expect(throws: UsageError.self) {
      try OptionParser<Toy>(Toy.options).read(words)
    }
    #expect(error?.text.hasPrefix(text) == true, "\(error?.text ?? "")")
  }

  @Test func `the help follows from what is declared`() {
    #expect(
      Toy.help == """
        usage: mcp-proxy toy [OPTIONS] [WORD]
               mcp-proxy toy -- WORDS…

        Is read in a test. Also: plaything, --toy.

          -f, --flag       turn it on
          -c, --file FILE  read this file, of which the help says so much that it does
                           not fit one line
          --rule [RULE]    obey
          --count N        so often
          -- WORDS…        whatever

          mcp-proxy toy -f

        That is all.
        """
    )
  }
}

/// A command that has one option of each kind.
struct Toy: OptionedCommand, Equatable {
  static let name = "toy"
  static let synonyms = ["plaything"]
  static let standIns = ["--toy"]
  static let usage = ["[OPTIONS] [WORD]", "-- WORDS…"]
  static let purpose = "Is read in a test."
  static let examples = ["mcp-proxy toy -f"]
  static let closing = "That is all."
  static let options: [CommandOption<Self>] = [
    .flag("--flag", short: "-f", "turn it on") { $0.flag = true },
    .value(
      "--file",
      short: "-c",
      "FILE",
      "read this file, of which the help says so much that it does not fit one line"
    ) { toy, file throws(UsageError) in
      guard let file else { throw UsageError(text: "--file needs a value") }
      toy.file = file
    },
    .value("--rule", "RULE", isOptional: true, "obey") { toy, rule throws(UsageError) in
      toy.rules.append(rule ?? "-")
    },
    .number("--count", "so often") { $0.count = $1 },
    .allBehind("WORDS…", missing: "a word", "whatever") { $0.behind = $1 },
  ]

  var flag = false
  var file: String?
  var rules: [String] = []
  var count: UInt64?
  var word: String?
  var behind: [String] = []

  init() {}

  init(
    flag: Bool = false,
    file: String? = nil,
    rules: [String] = [],
    count: UInt64? = nil,
    word: String? = nil,
    behind: [String] = []
  ) {
    self.flag = flag
    self.file = file
    self.rules = rules
    self.count = count
    self.word = word
    self.behind = behind
  }

  mutating func take(_ word: String) throws(UsageError) {
    guard self.word == nil else { throw UsageError(text: "unexpected \"\(word)\"") }
    self.word = word
  }

  func validate() throws(UsageError) {
    if flag, file == "bad" { throw UsageError(text: "bad together") }
  }

  func run() -> Int32 { 0 }
}
