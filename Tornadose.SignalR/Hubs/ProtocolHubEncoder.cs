using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>Messages as invocations of any other hub protocol, with the data in the form that its serializer writes exactly.</summary>
internal sealed class ProtocolHubEncoder(IHubProtocol protocol) : FrameEncoder
{
    private readonly HubDataForm _data = HubDataForm.Of(protocol);

    public override Frame Encode(in FrameContent content)
    {
        var invocation = content.Message.Reset is { } reset
            ? new InvocationMessage(nameof(IStoreClient.Reset), [content.Store, PlainObject.OfReset(reset)])
            : new InvocationMessage(
                nameof(IStoreClient.Message), [content.Store, PlainObject.OfMessage<Dictionary<string, object?>>(content, _data)]);
        return new HubFrame(protocol.Name, protocol.GetMessageBytes(invocation), content.Id);
    }
}
