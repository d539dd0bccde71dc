using System.Text;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tornadose.Benchmarks.Load;

/// <summary>How a subscriber asks for a stream: a request, and what is sent after the answer.</summary>
/// <param name="Name">The name in commands.</param>
/// <param name="Headers">The headers of the request.</param>
/// <param name="Greeting">What is sent after the answer.</param>
internal sealed record SubscriberProtocol(string Name, string Headers, byte[] Greeting)
{
    private const string UpgradeHeaders =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private const string Handshake = """{"protocol":"NAME","version":1}""" + "\u001e";

    public static readonly SubscriberProtocol Sse = new("sse", "Accept: text/event-stream\r\n", []);
    public static readonly SubscriberProtocol JsonLines = new("ndjson", "Accept: application/x-ndjson\r\n", []);
    public static readonly SubscriberProtocol WebSocket = new("ws", UpgradeHeaders, []);
    public static readonly SubscriberProtocol HubJson = new("hub-json", UpgradeHeaders, HubGreeting(new JsonHubProtocol(), 0x81));
    public static readonly SubscriberProtocol HubBinary = new(
        "hub-binary", UpgradeHeaders, HubGreeting(new MessagePackHubProtocol(), 0x82));

    public static readonly IReadOnlyList<SubscriberProtocol> All = [Sse, JsonLines, WebSocket, HubJson, HubBinary];

    public byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{Headers}\r\n");

    private static byte[] HubGreeting(IHubProtocol protocol, byte opcode) =>
    [
        .. Masked(0x81, Encoding.ASCII.GetBytes(Handshake.Replace("NAME", protocol.Name, StringComparison.Ordinal))),
        .. Masked(opcode, protocol.GetMessageBytes(new InvocationMessage("Subscribe", ["bench"])).Span),
    ];

    /// <summary>A frame from a client is masked (RFC 6455 §5.3); a mask of zeros changes nothing.</summary>
    private static byte[] Masked(byte opcode, ReadOnlySpan<byte> payload) =>
        [opcode, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];
}
