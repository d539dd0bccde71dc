using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The MessagePack hub protocol of the official package, with its messages converted to the JSON protocol's form.</summary>
internal sealed class RawMessagePack : RawHubProtocol
{
    private readonly MessagePackHubProtocol _protocol = new();

    public override string Name => _protocol.Name;

    public override int Version => _protocol.Version;

    public override int Opcode => WsOpcode.Binary;

    public override byte[] Invocation(string id, string target, bool isStream, string?[] arguments) => _protocol.GetMessageBytes(
        isStream ? new StreamInvocationMessage(id, target, arguments) : new InvocationMessage(id, target, arguments)).ToArray();

    public override IReadOnlyList<JsonElement> Take(List<byte> received)
    {
        var messages = new List<JsonElement>();
        var input = new ReadOnlySequence<byte>([.. received]);
        while (_protocol.TryParseMessage(ref input, ClientBinder.Instance, out var parsed))
            messages.Add(JsonSerializer.SerializeToElement(Fields(parsed)));
        received.RemoveRange(0, received.Count - (int)input.Length);
        return messages;
    }

    private static Dictionary<string, object?> Fields(HubMessage message) => message switch
    {
        InvocationMessage call => new() { ["type"] = 1, ["target"] = call.Target, ["arguments"] = call.Arguments },
        StreamItemMessage item => new() { ["type"] = 2, ["item"] = item.Item },
        CompletionMessage { Error: null } end => new() { ["type"] = 3, ["invocationId"] = end.InvocationId, ["result"] = end.Result },
        CompletionMessage end => new() { ["type"] = 3, ["invocationId"] = end.InvocationId, ["error"] = end.Error },
        PingMessage => new() { ["type"] = 6 },
        CloseMessage close => new() { ["type"] = 7, ["error"] = close.Error, ["allowReconnect"] = close.AllowReconnect },
        _ => throw new NotSupportedException(message.GetType().Name),
    };
}
