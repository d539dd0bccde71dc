using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR;

/// <summary>
/// An item of the streams of <see cref="StoreHub.Watch"/>: <c>id</c>, <c>event</c> and <c>data</c> of a message, with keys absent where
/// there is nothing to say; or <c>reset</c>, with <c>reason</c> and <c>id</c>, where messages are missing; or, as the last item of a store
/// that is complete, <c>end</c> with <c>id</c>.
/// </summary>
/// <remarks>
/// A dictionary, because the serializer of every hub protocol writes it in the same way, and an application's naming policies do not
/// change it. All subscribers of a store share one item for each message: a hub that overrides <see cref="StoreHub.Watch"/> may leave
/// items out, but must not change them.
/// </remarks>
public sealed class StoreStreamItem : Dictionary<string, object?>
{
}
