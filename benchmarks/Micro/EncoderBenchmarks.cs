using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR;
using System.Text;
using BenchmarkDotNet.Attributes;
using Tornadose.Benchmarks.Servers;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.Benchmarks.Micro;

/// <summary>One rendering of a message of 64 bytes in each wire format: once a message, whatever the number of subscribers.</summary>
[MemoryDiagnoser]
public class EncoderBenchmarks
{
    private static readonly Dictionary<string, FrameEncoder> Encoders = new()
    {
        ["sse"] = ServerSentEventEncoder.Instance,
        ["ndjson"] = JsonLinesEncoder.Instance,
        ["ws"] = WebSocketJsonEncoder.Instance,
        ["ws-raw"] = WebSocketRawEncoder.Instance,
        ["hub-json"] = JsonHubEncoder.Instance,
        ["hub-binary"] = new ProtocolHubEncoder(new MessagePackHubProtocol()),
    };

    private FrameEncoder _encoder = ServerSentEventEncoder.Instance;
    private FrameContent _content;

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "sse";

    public static IEnumerable<string> Formats => Encoders.Keys;

    [GlobalSetup]
    public void Prepare()
    {
        _encoder = Encoders[Format];
        var position = new MessagePosition(0x9f2c4e6a81b3d5f7, 42, 0x1a2b3c4d);
        var message = new StoreMessage(
            position, new MessageContent(Encoding.UTF8.GetBytes(new string('x', 64)), MessageFormat.Text, null));
        _content = new FrameContent("bench", position.ToString(), message);
    }

    [Benchmark]
    public int Encode() => _encoder.Encode(_content).Bytes.Length;
}
