using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Hubs;

/// <summary>Messages as the items of a hub stream.</summary>
internal sealed class HubStreamEncoder : FrameEncoder
{
    public static readonly HubStreamEncoder Json = new(PlainObject.Json);

    public static readonly HubStreamEncoder Plain = new(PlainObject.Plain);

    /// <summary>For clients that want the published text of JSON as well, with its digits and quotes.</summary>
    public static readonly HubStreamEncoder Raw = new(PlainObject.Raw);

    private readonly Func<MessageContent, object?> _data;

    private HubStreamEncoder(Func<MessageContent, object?> data) => _data = data;

    public override Frame Encode(in FrameContent content) => content.Message.Reset is { } reset
        ? new HubStreamFrame(new Dictionary<string, object?> { ["reset"] = PlainObject.OfReset(reset) }, default)
        : new HubStreamFrame(PlainObject.OfMessage(content, _data), content.Message.Data);
}
