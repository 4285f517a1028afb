import MCPProxy
import Testing

struct OfferingsStoreTests {
  private func fileName(
    _ name: String = "a",
    _ words: [String] = ["x", "1", "2"],
    variables: [(name: String, value: String)] = [("TOKEN", "old")],
    directory: String? = "/d"
  ) -> String? {
    var command = Command(words[0])
    command.arguments = Array(words.dropFirst())
    command.environment = variables
    command.directory = directory
    return OfferingsStore.fileName(
      of: EndpointConfiguration(name: name, launch: .process(command))
    )
  }

  @Test func `each entry that is launched otherwise has a file of its own`() {
    let names = [
      fileName(), fileName("b"), fileName("a", ["y", "1", "2"]), fileName("a", ["x", "12"]),
      fileName("a", ["x", "2", "1"]), fileName(variables: []), fileName(directory: "/e"),
      fileName(directory: nil),
    ]
    #expect(Set(names.compactMap(\.self)).count == names.count)
    let unusable = EndpointConfiguration(name: "a", launch: .unusable(reason: "no"))
    #expect(OfferingsStore.fileName(of: unusable) == nil)
  }

  @Test func `a new value of a variable does not change the file`() {
    #expect(fileName(variables: [("TOKEN", "new")]) == fileName())
  }
}
