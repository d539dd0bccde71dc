using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>Messages as the items of a hub stream, in the form that a protocol's serializer writes exactly.</summary>
internal sealed class HubStreamEncoder(HubDataForm data) : FrameEncoder
{
    /// <summary>The same on every hub protocol.</summary>
    public static readonly HubStreamEncoder Text = new(HubDataForm.Text);

    public override Frame Encode(in FrameContent content) => content.Message.Reset is { } reset
        ? new HubStreamFrame(new StoreStreamItem { ["reset"] = PlainObject.OfReset(reset) }, default)
        : new HubStreamFrame(PlainObject.OfMessage<StoreStreamItem>(content, data), content.Message.Data);
}
