using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>
/// How a <see cref="RawHub"/> writes and reads: the JSON hub protocol by hand. Other protocols convert their messages to the same form.
/// </summary>
public class RawHubProtocol
{
    public const char RecordSeparator = '\u001e';

    public virtual string Name => "json";

    public virtual int Version => 1;

    public virtual int Opcode => WsOpcode.Text;

    /// <summary>A call of a method, or the start of a stream.</summary>
    public virtual byte[] Invocation(string id, string target, bool isStream, string?[] arguments) =>
    [
        .. JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string,
            object> { ["type"] = isStream ? 4 : 1, ["invocationId"] = id, ["target"] = target, ["arguments"] = arguments }),
        (byte)RecordSeparator,
    ];

    /// <summary>Removes the complete messages from the received bytes.</summary>
    public virtual IReadOnlyList<JsonElement> Take(List<byte> received)
    {
        var complete = received.LastIndexOf((byte)RecordSeparator) + 1;
        var records = Encoding.UTF8.GetString([.. received[..complete]]).Split(RecordSeparator);
        received.RemoveRange(0, complete);
        return [.. records[..^1].Select(static record => JsonElement.Parse(record))];
    }
}
