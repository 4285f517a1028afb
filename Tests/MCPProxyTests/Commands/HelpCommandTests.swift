import MCPProxy
import Testing

/// That what the commands say of themselves is true.
struct HelpCommandTests {
  private static let optioned = SubcommandTable.listed.compactMap {
    $0 as? any OptionedCommand.Type
  }

  @Test func `no two commands and no two options of one have the same name`() {
    let names = SubcommandTable.listed.flatMap { $0.names + $0.standIns }
    #expect(Set(names).count == names.count)
    for command in SubcommandTable.listed {
      let options = command.declarations.flatMap(\.names)
      #expect(Set(options).count == options.count, "\(command.name)")
      #expect(!options.contains("--help") && !options.contains("-h"), "\(command.name)")
    }
  }

  @Test func `the general help has every command and what it can be given`() {
    for command in SubcommandTable.listed {
      #expect(!command.summary.isEmpty, "\(command.name)")
      for (index, line) in command.summary.enumerated() {
        let start = index == 0 ? "\n  \(command.name) " : "\n      "
        #expect(HelpCommand.help.contains(start + line.form), "\(command.name): \(line.form)")
        #expect(HelpCommand.help.contains("\(line.text)\n"))
      }
      #expect(HelpCommand.topics.contains(command.name))
    }
  }

  @Test func `every option in a usage line is declared, and every option is in the help`() {
    for command in Self.optioned {
      let names = command.declarations.flatMap(\.names)
      for form in command.usage + command.summary.map(\.form) {
        let options = form.split { " []|".contains($0) }.filter { $0.hasPrefix("-") }
        for option in options {
          #expect(names.contains(String(option)), "\(command.name) \(option)")
        }
      }
      for name in names { #expect(command.help.contains(name), "\(command.name) \(name)") }
      for name in command.synonyms + command.standIns {
        #expect(command.help.contains(name), "\(command.name) \(name)")
      }
    }
  }

  @Test func `every example is a command line of its command`() throws {
    for command in Self.optioned {
      for example in command.examples {
        let words = example.prefix { $0 != ">" }.split(separator: " ").map(String.init)
        #expect(words.first == "mcp-proxy")
        let read = try SubcommandTable.command(Array(words.dropFirst()))
        #expect(type(of: read).name == command.name, "\(example)")
      }
    }
  }
}
