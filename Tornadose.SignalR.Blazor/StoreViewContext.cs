using Microsoft.AspNetCore.Components;
using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR;

/// <summary>What a <see cref="StoreView{T}"/> passes to its content: its state at one moment, which does not change afterwards.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public sealed class StoreViewContext<T>
{
    internal StoreViewContext(IReadOnlyList<StoreViewItem<T>> items, StoreViewState state) => (Items, State) = (items, state);

    /// <summary>
    /// The newest messages, oldest first, at most <see cref="StoreView{T}.Keep"/>; for a keyed store its keys, in order of last change.
    /// </summary>
    public IReadOnlyList<StoreViewItem<T>> Items { get; }

    /// <summary>The newest message; null when there is none.</summary>
    public StoreViewItem<T>? Latest => Items.Count > 0 ? Items[^1] : null;

    /// <summary>All rows, each rendered by <see cref="StoreView{T}.Row"/>; empty if that is not set.</summary>
    public RenderFragment Rows { get; internal set; } = StoreViewRow<T>.RenderAll([], template: null);

    /// <summary>What the view is doing.</summary>
    public StoreViewState State { get; }

    /// <summary>The id after which the view continues; null while loading.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// How many times messages were missed, because more were published than the store keeps while the view was paused or disconnected.
    /// The items are then those that the store keeps now.
    /// </summary>
    public int Resets { get; init; }

    /// <summary>Why messages were missed the last time; null when none were.</summary>
    public StoreResetReason? ResetReason { get; init; }

    /// <summary>How many messages were omitted because they are not a <typeparamref name="T"/>: another publisher wrote them.</summary>
    public long Unreadable { get; init; }
}
