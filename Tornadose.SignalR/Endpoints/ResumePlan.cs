using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Which store of a request begins where. The positions of a vector are told apart by their epochs, which are random: so the order of the stores may change, one may
/// be added, and an id of a single store is worth as much as the vector that holds it.
/// </summary>
internal sealed class ResumePlan(ResumeRequest request, IReadOnlyList<DataStore> stores)
{
    private readonly List<MessagePosition> _positions = request.After is null ? [] : PositionVector.Parse(request.After, StoreSelection.MaxStores);

    /// <summary>Where one of the stores begins. They are followed already: their epochs are known.</summary>
    public StartAt StartOf(int index)
    {
        var start = request.After is null ? FreshStart(stores[index]) : After(index);
        return request.Earliest && request.After is not null ? start.OrEarliest() : start;
    }

    private StartAt FreshStart(DataStore store)
    {
        if (request.Earliest)
            return StartAt.Earliest;
        return request.Last is { } count ? StartAt.Last(count) : store.DefaultStart;
    }

    private StartAt After(int index)
    {
        var epoch = stores[index].Position.Epoch;
        foreach (var position in _positions)
            if (position.Epoch == epoch)
                return StartAt.After(position);
        if (_positions.Count == 0)
            return StartAt.AfterId(""); // no id at all, which a reset says
        foreach (var position in _positions)
            if (stores.All(store => store.Position.Epoch != position.Epoch))
                return StartAt.After(position);
        return FreshStart(stores[index]); // every position belongs to another of the stores: this one is new to the client
    }
}
