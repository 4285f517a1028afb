import MCPProtocol
import Testing

@Suite struct JSONOutlineTests {
  private static func members(_ text: String) -> [String?] {
    let bytes = text.bytes
    return JSONOutline.members(["a", "b"], of: bytes, 0..<bytes.count)
      .map { $0.map { bytes.text($0) } }
  }

  @Test(
    arguments: [
      (#"{"a":1,"b":[2]}"#, "1", "[2]"), (#" { "b" : "x" } "#, nil, #""x""#),
      (#"{"a":1,"a":{"b":3}}"#, #"{"b":3}"#, nil), (#"{"\u0061":1,"a\u0000":2}"#, "1", nil),
      ("{}", nil, nil), ("[]", nil, nil), ("", nil, nil), ("  ", nil, nil), ("5", nil, nil),
      // What is no JSON has no members, whatever stands before the fault.
      (#"{"a":1,"b":}"#, nil, nil), (#"{"a":1"#, nil, nil), (#"{"a":1}}"#, nil, nil),
      (#"{"a":1,}"#, nil, nil), (#"{"a":1 "b":2}"#, nil, nil), (#"{"a""#, nil, nil),
      (#"{"a":"#, nil, nil), ("{", nil, nil),
    ] as [(String, String?, String?)]
  )
  func `members are found where they stand`(text: String, first: String?, second: String?) {
    #expect(Self.members(text) == [first, second])
  }

  @Test(
    arguments: [
      ("[]", []), ("[ ]", []), ("[1]", ["1"]),
      (#"[ 1 , [2,3],{"a":[]} ]"#, ["1", "[2,3]", #"{"a":[]}"#]),
      ("[1,2,3,4,5]", ["1", "2", "3"]), ("{}", nil), ("5", nil), ("", nil), ("[x]", nil),
    ] as [(String, [String]?)]
  )
  func `the first elements are found, and no more`(text: String, elements: [String]?) {
    let bytes = text.bytes
    let found = JSONOutline.elements(of: bytes, 0..<bytes.count, most: 3)
    #expect(found.map { $0.map { bytes.text($0) } } == elements)
  }

  @Test(
    arguments: [
      (#"{"a":"x\n"}"#, "x\n"), (#"{"a":""}"#, ""), (#"{"a":5}"#, nil), ("{}", nil), ("[]", nil),
    ] as [(String, String?)]
  )
  func `a text is decoded`(object: String, text: String?) {
    let bytes = object.bytes
    #expect(JSONOutline.string("a", of: bytes, 0..<bytes.count) == text)
  }

  @Test func `only what stands in the range counts`() {
    let bytes = #"xx{"a":[1]}yy"#.bytes
    let place = JSONOutline.members(["a"], of: bytes, 2..<bytes.count - 2)[0]
    #expect(place == 7..<10)
    #expect(JSONOutline.elements(of: bytes, 7..<10, most: 9) == [8..<9])
  }
}
