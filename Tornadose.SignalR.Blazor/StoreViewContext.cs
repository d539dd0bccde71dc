using Microsoft.AspNetCore.Components;
using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR;

/// <summary>What a <see cref="StoreView{T}"/> hands to its content: a picture of one moment, which does not change afterwards.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public sealed class StoreViewContext<T>
{
    internal StoreViewContext(IReadOnlyList<StoreViewItem<T>> items, StoreViewState state) => (Items, State) = (items, state);

    /// <summary>
    /// The newest messages, oldest first, at most <see cref="StoreView{T}.Keep"/>; of a keyed store its keys, in order of last change.
    /// </summary>
    public IReadOnlyList<StoreViewItem<T>> Items { get; }

    /// <summary>The newest message; null when there is none.</summary>
    public StoreViewItem<T>? Latest => Items.Count > 0 ? Items[^1] : null;

    /// <summary>All rows, each rendered by <see cref="StoreView{T}.Row"/>; nothing where that is not set.</summary>
    public RenderFragment Rows { get; internal set; } = StoreViewRow<T>.RenderAll([], template: null);

    /// <summary>What the view is doing.</summary>
    public StoreViewState State { get; }

    /// <summary>The id after which the view goes on; null while loading.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// How many times messages were missed, because more had come than the store keeps while the view was paused or away. The items are
    /// then those that are kept now.
    /// </summary>
    public int Resets { get; init; }

    /// <summary>Why messages were missed the last time; null when none were.</summary>
    public StoreResetReason? ResetReason { get; init; }

    /// <summary>How many messages were left out because they are no <typeparamref name="T"/>: somebody else published them.</summary>
    public long Unreadable { get; init; }
}
