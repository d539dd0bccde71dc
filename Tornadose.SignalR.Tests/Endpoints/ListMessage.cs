using System.Text;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A message of one of several stores, or a reset, as any wire delivers it.</summary>
/// <param name="Store">The name of its store.</param>
/// <param name="Event">Its event type; null for a plain message.</param>
/// <param name="Data">The text; for a reset, the reason.</param>
/// <param name="Id">The vector; null when there was none.</param>
/// <param name="IsReset">Whether it is a reset.</param>
/// <param name="IsEnd">Whether it is the end of its store.</param>
internal sealed record ListMessage(string Store, string? Event, string Data, string? Id, bool IsReset = false, bool IsEnd = false)
{
    /// <summary>A word for comparisons: <c>a:1</c>, <c>a/tick:1</c> or <c>a:reset:expired</c>.</summary>
    public string Word => IsEnd ? $"{Store}:end"
        : IsReset ? $"{Store}:reset:{Data}"
        : $"{(Event is null ? Store : $"{Store}/{Event}")}:{Data}";

    /// <summary>The id for this store alone, taken from the vector.</summary>
    public string IdAt(int index) => string.Join('-', Id!.Split('-')[(3 * index)..(3 * index + 3)]);

    /// <summary>How the vector of many stores represents a position.</summary>
    public static string ShortOf(MessagePosition position)
    {
        Span<byte> text = stackalloc byte[ListedPosition.MaxLength];
        return Encoding.ASCII.GetString(text[..ListedPosition.Write(position, text)]);
    }

    /// <summary>The same for an id.</summary>
    public static string ShortOf(string id) => ShortOf(MessagePosition.TryParse(id, out var position) ? position : default);
}
