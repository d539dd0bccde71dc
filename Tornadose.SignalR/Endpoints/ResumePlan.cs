using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Decides where each store of a request begins. The positions of a vector are matched to stores by their epochs, which are
/// random, or marks of them: so the order of the stores may change, a store may be added, and the id of a single store works like
/// a vector that contains it.
/// </summary>
internal sealed class ResumePlan(ResumeRequest request, IReadOnlyList<MessageStore> stores)
{
    private readonly List<ListedPosition> _positions = request.After is null ? [] : PositionVector.Parse(request.After);

    /// <summary>
    /// Where one of the stores begins. The epoch of a store is known once its log is open: until then, while Redis cannot be reached, the
    /// answer is a guess by the index in the vector, and has to be asked for again.
    /// </summary>
    public StartAt StartOf(int index)
    {
        var start = request.After is null ? FreshStart(stores[index]) : After(index);
        if (request.Key is not null)
            start = start.OfKey(request.Key);
        return request.Earliest && request.After is not null ? start.OrEarliest() : start;
    }

    private StartAt FreshStart(MessageStore store)
    {
        if (request.Now && store.Kind == StoreKind.Keyed)
            return StartAt.Now;
        if (request.Earliest)
            return store.Kind == StoreKind.Queue ? StartAt.Earliest : StartAt.Latest;
        return request.Last is { } count ? StartAt.Last(count) : store.DefaultStart;
    }

    private StartAt After(int index)
    {
        var log = stores[index].Log;
        if (_positions.Count == stores.Count && _positions[index].IsOf(log))
            return StartAt.After(_positions[index].In(log)); // the same list: two epochs may have the same mark
        foreach (var position in _positions)
            if (position.IsOf(log))
                return StartAt.After(position.In(log));
        if (_positions.Count == 0)
            return StartAt.AfterId(""); // no valid id: answered by a reset
        if (_positions.Count == stores.Count && IsOfNone(_positions[index]))
            return StartAt.After(_positions[index].Written);
        foreach (var position in _positions)
            if (IsOfNone(position))
                return StartAt.After(position.Written);
        return FreshStart(stores[index]); // every position belongs to another of the stores: this one is new to the client
    }

    private bool IsOfNone(ListedPosition position) => stores.All(store => !position.IsOf(store.Log));
}
