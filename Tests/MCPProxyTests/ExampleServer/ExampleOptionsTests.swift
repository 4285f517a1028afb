import MCPProxy
import Testing

@Suite struct ExampleOptionsTests {
  @Test func `without arguments nothing is special`() throws {
    #expect(try ExampleOptions(parsing: []) == ExampleOptions())
  }

  @Test func `every option is read`() throws {
    var expected = ExampleOptions()
    expected.name = "n"
    expected.tools = [.echo, .writeNote]
    expected.delay = .milliseconds(5)
    expected.startDelay = .milliseconds(6)
    expected.hangsAtStart = true
    expected.exitAtStart = 3
    expected.diesOn = [.echo: 0, .add: 2]
    expected.diesAfter = 9
    expected.hangsOn = [.log, .big]
    expected.errorsOn = [.price: -32000, .ask: -32603]
    expected.refusesOn = [.slow]
    expected.writesJunk = true
    expected.stderrFlood = 1000
    expected.ignoresTerminate = true
    expected.ignoresEndOfInput = true
    expected.startsGrandchild = true
    expected.ledger = "/l"
    expected.revision = "2024-11-05"
    expected.seed = 7
    let line = """
      --name n --tools echo,write_note --delay 5 --start-delay 6 --hang-start --exit-start 3 \
      --die-on echo --die-on add:2 --die-after 9 --hang-on log --hang-on big --error-on ask \
      --error-on price:-32000 --refuse-on slow --junk --stderr-flood 1000 --ignore-term \
      --ignore-eof --grandchild --ledger /l --protocol 2024-11-05 --seed 7
      """
    #expect(try ExampleOptions(parsing: line.split(separator: " ").map(String.init)) == expected)
  }

  @Test(arguments: [
    ("--nonsense", "unknown option --nonsense"),
    ("extra", "unknown option extra"),
    ("--name", "--name needs a value"),
    ("--delay soon", "--delay: soon is no number from 0 to 3600000"),
    ("--delay -1", "--delay: -1 is no number from 0 to 3600000"),
    ("--exit-start 256", "--exit-start: 256 is no number from 0 to 255"),
    ("--die-on echo:0", "--die-on: 0 is no number from 1 to \(Int.max)"),
    ("--die-on nothing", "--die-on: no tool nothing"),
    ("--tools echo,nothing", "--tools: no tool nothing"),
  ])
  func `what makes no sense is named`(line: String, message: String) {
    #expect {
      try ExampleOptions(parsing: line.split(separator: " ").map(String.init))
    } throws: {
      ($0 as? ExampleUsageError)?.message == message
    }
  }

  @Test func `the usage text names every option and tool`() {
    for word in ["--seed N", "--die-on TOOL[:N]", "--help"] + ExampleTool.offered.map(\.rawValue) {
      #expect(ExampleOptions.usage.contains(word))
    }
    for line in ExampleOptions.usage.split(separator: "\n") { #expect(line.count <= 100) }
  }
}
