import MCPProtocol
import Testing

@Suite struct JSONNodeTests {
  @Test func `an accessor answers for its own kind only`() throws {
    let bytes = #"[null,true,false,"s",1,[],{}]"#.bytes
    let nodes = try #require(try JSONDocument.parse(bytes).root.array)
    #expect(nodes.map(\.isNull) == [true, false, false, false, false, false, false])
    #expect(nodes.map(\.bool) == [nil, true, false, nil, nil, nil, nil])
    #expect(nodes.map(\.string) == [nil, nil, nil, "s", nil, nil, nil])
    #expect(nodes.map(\.isNumber) == [false, false, false, false, true, false, false])
    #expect(nodes.map { $0.int(in: bytes) } == [nil, nil, nil, nil, 1, nil, nil])
    #expect(nodes.map { $0.double(in: bytes) } == [nil, nil, nil, nil, 1, nil, nil])
    #expect(nodes.map { $0.array?.count } == [nil, nil, nil, nil, nil, 0, nil])
    #expect(nodes.map { $0.members?.count } == [nil, nil, nil, nil, nil, nil, 0])
    #expect(nodes.allSatisfy { $0["x"] == nil })
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("-0.0", 0), ("1.0", 1), ("1e3", 1000), ("1.5e1", 15), ("-12E0", -12),
      ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", .max),
      ("-9223372036854775808", .min), ("9007199254740992.0", 9_007_199_254_740_992),
      ("9223372036854775808", nil), ("9007199254740994.0", nil), ("1.5", nil), ("1e-1", nil),
      ("1e19", nil), ("1e400", nil), ("-1e400", nil),
    ] as [(String, Int?)]
  )
  func `an integer is one that fits and was written exactly`(text: String, value: Int?) throws {
    let node = try JSONDocument.parse(text.bytes).root
    #expect(node.int(in: text.bytes) == value)
  }

  @Test(
    arguments: [
      ("0.1", 0.1), ("-2.5e-3", -0.0025), ("1e308", 1e308), ("2.5e-300", 2.5e-300), ("1e-999", 0),
      ("1e309", nil), ("-1e309", nil),
    ] as [(String, Double?)]
  )
  func `a double is the nearest one and finite`(text: String, value: Double?) throws {
    #expect(try JSONDocument.parse(text.bytes).root.double(in: text.bytes) == value)
  }

  /// The example of RFC 6901, section 5.
  private static let sample =
    #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#

  @Test(arguments: [
    ("/foo/0", "\"bar\""), ("/foo", #"["bar","baz"]"#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
    ("/e^f", "3"), ("/g|h", "4"), (#"/i\j"#, "5"), (#"/k"l"#, "6"), ("/ ", "7"), ("/m~0n", "8"),
  ])
  func `a pointer leads where the standard says`(pointer: String, value: String) throws {
    let bytes = Self.sample.bytes
    let node = try #require(try JSONDocument.parse(bytes).root.at(pointer: pointer))
    #expect(bytes.text(node.range) == value)
  }

  @Test func `the empty pointer is the whole`() throws {
    let bytes = Self.sample.bytes
    let root = try JSONDocument.parse(bytes).root
    #expect(root.at(pointer: "")?.range == root.range)
  }

  @Test(arguments: [
    "foo", "xfoo", "#/foo", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/",
    "/foo/1e0",
    "/foo/99999999999999999999", "/foo/0/x", "/bar", "/a/b", "/m~n", "/m~", "/m~2n", "/foo/ 0",
    "//", "/foo~", "/fo~o", "/foo/\u{661}",
  ])
  func `a pointer that leads nowhere gives nothing`(pointer: String) throws {
    #expect(try JSONDocument.parse(Self.sample.bytes).root.at(pointer: pointer) == nil)
  }

  @Test func `the escapes of a pointer are read once`() throws {
    let bytes = #"{"~1":1,"/":2,"~":3,"~01":4}"#.bytes
    let root = try JSONDocument.parse(bytes).root
    #expect(root.at(pointer: "/~01")?.int(in: bytes) == 1)
    #expect(root.at(pointer: "/~1")?.int(in: bytes) == 2)
    #expect(root.at(pointer: "/~0")?.int(in: bytes) == 3)
    #expect(root.at(pointer: "/~001")?.int(in: bytes) == 4)
  }
}
