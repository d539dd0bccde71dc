using System.Text;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A message of one of several stores, or a reset, as any wire gives it.</summary>
/// <param name="Store">The store that it names.</param>
/// <param name="Event">Its event type; null for a plain message.</param>
/// <param name="Data">The text; of a reset the reason.</param>
/// <param name="Id">The vector; null when there was none.</param>
/// <param name="IsReset">Whether it is a reset.</param>
internal sealed record ListMessage(string Store, string? Event, string Data, string? Id, bool IsReset = false)
{
    /// <summary>In a word, for comparing: <c>a:1</c>, <c>a/tick:1</c> or <c>a:reset:expired</c>.</summary>
    public string Word => IsReset ? $"{Store}:reset:{Data}" : $"{(Event is null ? Store : $"{Store}/{Event}")}:{Data}";

    /// <summary>A store's position, taken from the vector.</summary>
    public string IdAt(int index) => Id!.Split('-')[index];

    /// <summary>The position in the store, whose epoch the vector has a mark of only.</summary>
    public MessagePosition PositionAt(int index, ulong epoch) =>
        ListedPosition.TryParse(IdAt(index), out var position) ? position.Written with { Epoch = epoch } : default;

    /// <summary>What the vector has of a store that stands at the position.</summary>
    public static string ShortOf(MessagePosition position)
    {
        Span<byte> text = stackalloc byte[ListedPosition.MaxLength];
        return Encoding.ASCII.GetString(text[..ListedPosition.Write(position, text)]);
    }

    /// <summary>The same of an id.</summary>
    public static string ShortOf(string id) => ShortOf(MessagePosition.TryParse(id, out var position) ? position : default);
}
