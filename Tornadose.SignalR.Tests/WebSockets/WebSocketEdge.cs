using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>What a client sends, and what it must receive.</summary>
/// <param name="Name">The number in Autobahn's test suite, or a name of this suite.</param>
/// <param name="Code">The server's close code; 0 if it stays open.</param>
/// <param name="Pongs">The payloads of the pongs before the close.</param>
/// <param name="Writes">The bytes, write by write.</param>
internal sealed record WebSocketEdge(string Name, int Code, string[] Pongs, byte[][] Writes)
{
    private const int Text = WsOpcode.Text, More = WsOpcode.Continuation, Ping = WsOpcode.Ping, Pong = WsOpcode.Pong,
    Close = WsOpcode.Close;

    public static readonly Dictionary<string, WebSocketEdge[]> Families = new()
    {
        ["1 framing"] =
        [
            .. new[] { 0, 125, 126, 127, 128, 4095, 4096 }.Select(
                length => Stays($"1.1 text of {length}", Frame(Text, new string('*', length)))),
            .. new[] { 4097, 65_535, 65_536 }.Select(
                length => Closes($"1.1 text of {length}", 1009, Frame(Text, new string('*', length)))),
            Stays("1.1.7 octets", Octets(Frame(Text, new string('*', 500)))),
            .. new[] { 0, 125, 126, 127, 128, 65_535, 65_536 }.Select(
                length => Closes($"1.2 binary of {length}", 1003, Frame(WsOpcode.Binary, new string('*', length)))),
            Closes("1.2.7 octets", 1003, Octets(Frame(WsOpcode.Binary, new string('*', 20)))),
            .. new[] { Text, Ping, Pong, Close }.SelectMany(opcode => new[]
            {
                Closes($"unmasked {opcode}", 1002, [Frame(opcode, "", masked: false)]), Closes(
                    $"unmasked {opcode}, octets", 1002, Octets(Frame(opcode, opcode == Close ? "\u0003\u0003" : "text", masked: false))),
            }),
            Closes("unmasked after a good one", 1002, [.. Octets(Frame(Text, "good")), .. Octets(Frame(Text, "text", masked: false))]),
            Closes("unmasked fragment", 1002, Frame(Text, "good", fin: false), Frame(More, new string('*', 200), masked: false)),
        ],
        ["2 pings"] =
        [
            Stays("2.1", Frame(Ping, "")) with { Pongs = [""] },
            Stays("2.2", Frame(Ping, "Hello, world!")) with { Pongs = ["Hello, world!"] },
            Stays("2.3", Frame(Ping, "\u0000\u007f\u0001")) with { Pongs = ["\u0000\u007f\u0001"] },
            Stays("2.4", Frame(Ping, new string('*', 125))) with { Pongs = [new string('*', 125)] },
            Closes("2.5", 1002, Frame(Ping, new string('*', 126))),
            Stays("2.6", Octets(Frame(Ping, new string('*', 125)))) with { Pongs = [new string('*', 125)] },
            Stays("2.7", Frame(Pong, "")),
            Stays("2.8", Frame(Pong, "unsolicited")),
            Stays("2.9", Frame(Pong, "unsolicited"), Frame(Ping, "our ping")) with { Pongs = ["our ping"] },
            Stays("2.10", [.. Numbers.Select(number => Frame(Ping, number))]) with { Pongs = Numbers },
            Stays("2.11", [.. Numbers.SelectMany(number => Octets(Frame(Ping, number)))]) with { Pongs = Numbers },
        ],
        ["3 reserved bits"] = [.. Enumerable.Range(1, 7).SelectMany(rsv => new[]
        {
            Closes($"3 text, {rsv}", 1002, Frame(Text, "small", rsv: rsv)), Closes(
                $"3 after text, {rsv}", 1002, Frame(Text, "small"), Frame(Text, "small", rsv: rsv), Frame(Ping, "")),
            Closes($"3 octets, {rsv}", 1002, Octets(Frame(Text, "small", rsv: rsv))),
            Closes($"3 ping, {rsv}", 1002, Frame(Ping, "", rsv: rsv)), Closes($"3 close, {rsv}", 1002, Frame(Close, "", rsv: rsv)),
        })],
        ["4 opcodes"] = [.. new[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 }.SelectMany(opcode => new[]
        {
            Closes($"4 opcode {opcode}", 1002, Frame(opcode, "")), Closes(
                $"4 opcode {opcode} with payload", 1002, Frame(opcode, "reserved")),
            Closes($"4 opcode {opcode} after text", 1002, Frame(Text, "small"), Frame(opcode, "reserved"), Frame(Ping, "")), Closes(
                $"4 opcode {opcode}, octets", 1002, Octets(Frame(opcode, "reserved"))),
        })],
        ["5 fragments"] =
        [
            Closes("5.1", 1002, Frame(Ping, "fragment1", fin: false), Frame(More, "fragment2")),
            Closes("5.2", 1002, Frame(Pong, "fragment1", fin: false), Frame(More, "fragment2")),
            Stays("5.3", Frame(Text, "fragment1", fin: false), Frame(More, "fragment2")),
            Stays("5.4", [[.. Frame(Text, "fragment1", fin: false), .. Frame(More, "fragment2")]]),
            Stays("5.5", [.. Octets(Frame(Text, "fragment1", fin: false)), .. Octets(Frame(More, "fragment2"))]),
            Stays("5.6", Frame(Text, "fragment1", fin: false), Frame(Ping, "ping"), Frame(More, "fragment2")) with { Pongs = ["ping"] },
            Stays("5.8", [
                .. Octets(Frame(Text, "fragment1", fin: false)), .. Octets(Frame(Ping, "ping")),
                .. Octets(Frame(More, "fragment2"))]) with { Pongs = ["ping"] },
            Closes("5.9", 1002, Frame(More, "non-continuation"), Frame(Text, "Hello")),
            Closes("5.11", 1002, [.. Octets(Frame(More, "non-continuation")), .. Octets(Frame(Text, "Hello"))]),
            Closes("5.12", 1002, Frame(More, "non-continuation", fin: false), Frame(Text, "Hello")),
            Closes(
                "5.15", 1002, Frame(Text, "fragment1", fin: false), Frame(More, "fragment2"), Frame(More, "fragment3", fin: false),
                Frame(Text, "fragment4")),
            Closes("5.18", 1002, Frame(Text, "fragment1", fin: false), Frame(Text, "fragment2")),
            Stays(
                "5.19", Frame(Text, "1", fin: false), Frame(More, "2", fin: false), Frame(Ping, "ping1"), Frame(More, "3", fin: false),
                Frame(More, "4", fin: false), Frame(Ping, "ping2"), Frame(More, "5")) with { Pongs = ["ping1", "ping2"] },
            .. new[] { 63, 64 }.Select(empty => Stays(
                $"{empty} empty fragments",
                [Frame(Text, "", fin: false), .. Enumerable.Repeat(Frame(More, "", fin: false), empty - 1), Frame(More, "")])),
            Closes("65 empty fragments", 1008, [Frame(Text, "", fin: false), .. Enumerable.Repeat(Frame(More, "", fin: false), 64)]),
        ],
        ["6 UTF-8"] =
        [
            Stays("6.1", Frame(Text, ""), Frame(Text, "", fin: false), Frame(More, "", fin: false), Frame(More, "")),
            .. new[]
            {
                "Hello-µ@ßöäüàá-UTF-8!!", "\0", "\u007f\u0080\u07ff\u0800\uffff", "\U00010000\U0010ffff", "\ufeff\ufffd\ufdd0", "κόσμε",
            }.Select(text => Stays($"6.2 {text}", Octets(Frame(Text, text)))),
            .. Invalid.SelectMany(bytes => new[]
            {
                Closes($"6.3 {Convert.ToHexString(bytes)}", 1007, Bytes(Text, bytes)),
                Closes(
                    $"6.4 {Convert.ToHexString(bytes)} in the first of two", 1007, Bytes(Text, [.. bytes, (byte)'x'], fin: false)),
            }),
            Stays(
                "6.22 split", Bytes(Text, [0xf0, 0x9f], fin: false), Frame(More, "", fin: false), Bytes(More, [0x98], fin: false),
                Bytes(More, [0x80])),
            Closes("6.22 split and cut", 1007, Bytes(Text, [0xf0, 0x9f], fin: false), Bytes(More, [0x98])),
        ],
        ["7 closing"] =
        [
            Closes("7.1.1", 1000, Frame(Text, "Hello"), CloseFrame(1000)),
            Closes("7.1.2", 1000, CloseFrame(1000), CloseFrame(1000)),
            Closes("7.1.3", 1000, [[.. CloseFrame(1000), .. Frame(Ping, "too late")]]),
            Closes("7.1.4", 1000, [[.. CloseFrame(1000), .. Frame(Text, "too late")]]),
            Closes("7.1.5", 1000, [[.. Frame(Text, "fragment1", fin: false), .. CloseFrame(1000), .. Frame(More, "fragment2")]]),
            Closes("7.3.1", 1000, Frame(Close, "")),
            Closes("7.3.2", 1002, Frame(Close, "a")),
            Closes("7.3.4", 1000, CloseFrame(1000, "Hello World!")),
            Closes("7.3.5", 1000, CloseFrame(1000, new string('*', 123))),
            Closes("7.3.6", 1002, CloseFrame(1000, new string('*', 124))),
            .. new[] { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999 }.Select(
                code => Closes($"7.7 {code}", code, CloseFrame(code))),
            .. new[] { 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535 }.Select(
                code => Closes($"7.9 {code}", 1002, CloseFrame(code))),
            Closes("octets", 1001, Octets(CloseFrame(1001, "going"))),
            Closes("in fragments", 1002, Frame(Close, "", fin: false), Frame(More, "")),
        ],
        ["10 many small pieces"] =
        [
            Stays("10.1.1 scaled down", [
                Frame(Text, new string('*', 64), fin: false), .. Enumerable.Repeat(Frame(More, new string('*', 64), fin: false), 62),
                Frame(More, new string('*', 64))]),
            Closes(
                "10.1.1", 1009,
                [Frame(Text, new string('*', 1300), fin: false), .. Enumerable.Repeat(Frame(More, new string('*', 1300), fin: false), 3)]),
            Stays("a message of single bytes", [[
                .. Frame(Text, "*", fin: false), .. Enumerable.Repeat(Frame(More, "*", fin: false), 500).SelectMany(frame => frame),
                .. Frame(More, "*")]]),
        ],
    };

    private static string[] Numbers => [.. Enumerable.Range(0, 10).Select(number => $"payload-{number}")];

    private static byte[][] Invalid =>
    [
        [0xce, 0xba, 0xed, 0xa0, 0x80], [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
        [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80],
        [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80], [0xfe], [0xff], [
            (byte)'a', 0xc3, (byte)'b'], [0xe2, 0x82, (byte)' '],
    ];

    private static WebSocketEdge Stays(string name, params byte[][] writes) => new(name, 0, [], writes);

    private static WebSocketEdge Closes(string name, int code, params byte[][] writes) => new(name, code, [], writes);

    private static byte[] Frame(int opcode, string payload, bool fin = true, bool masked = true, int rsv = 0) =>
        new WsFrame(fin, rsv, opcode, masked, Encoding.UTF8.GetBytes(payload)).ToBytes();

    private static byte[] Bytes(int opcode, byte[] payload, bool fin = true) => new WsFrame(fin, 0, opcode, true, payload).ToBytes();

    private static byte[] CloseFrame(int code, string reason = "") => Bytes(Close, WsFrame.ClosePayload(code, reason));

    private static byte[][] Octets(byte[] frame) => [.. frame.Select(octet => new[] { octet })];
}
