/// What the demo's client sends: examples/session.jsonl of the repository, letter by letter.
package enum DemoSession {
  package static let text = #"""
    {"jsonrpc":"2.0","id":0,"method":"initialize",\#
    "params":{"protocolVersion":"2025-11-25","capabilities":{},\#
    "clientInfo":{"name":"example-session","version":"1.0.0"}}}
    {"jsonrpc":"2.0","method":"notifications/initialized"}
    {"jsonrpc":"2.0","id":1,"method":"tools/list"}
    {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"notes__echo",\#
    "arguments":{"text":"hello"}}}
    {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"notes__write_note",\#
    "arguments":{"text":"buy milk"}}}
    {"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"notes__price",\#
    "arguments":{}}}
    {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"notes__price",\#
    "arguments":{}}}
    {"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"notes__add",\#
    "arguments":{"a":9007199254740993,"b":1}}}
    {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"notes__add",\#
    "arguments":{"a":2,"b":2}}}
    {"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"notes__add",\#
    "arguments":{"a":3,"b":3}}}
    {"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"notes__add",\#
    "arguments":{"a":4,"b":4}}}
    {"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"notes__echo",\#
    "arguments":{"text":"the other tools still work"}}}
    {"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"notes__slow",\#
    "arguments":{"ms":20}}}
    {"jsonrpc":"2.0","id":12,"method":"tools/call","params":{"name":"notes__write_note",\#
    "arguments":{"text":"call the bank"}}}
    {"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"name":"notes__write_note",\#
    "arguments":{"text":"pay the rent"}}}
    {"jsonrpc":"2.0","id":14,"method":"tools/call","params":{"name":"notes__echo",\#
    "arguments":{"text":"goodbye"}}}

    """#
}
