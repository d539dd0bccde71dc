using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The id of a connection that carries several stores: their positions, joined by dashes. Each message has one, so the text is kept, and
/// only the positions that have changed are rewritten.
/// </summary>
/// <remarks>
/// It must hold the positions of all stores: an <c>EventSource</c> reconnects with the id of its last message only, to any node. Clients
/// may join positions themselves, in either form: ids of single stores, or parts of the id of another list.
/// </remarks>
/// <param name="feeds">The stores, in the order of the vector.</param>
internal sealed class PositionVector(SubscriberFeed[] feeds)
{
    /// <summary>How many positions a vector has at most, and so how many stores one connection carries.</summary>
    public const int MaxPositions = 64;

    /// <summary>
    /// Up to this number of stores, the vector holds their own ids, as on every other wire. With more stores it would be larger than the
    /// messages, so it has the short form.
    /// </summary>
    public const int MaxOwnIds = 16;

    private const int PartsOfFullForm = 3;

    private readonly MessagePosition[] _positions = new MessagePosition[feeds.Length];
    private readonly int[] _lengths = new int[feeds.Length];
    private byte[] _text = [];
    private int _length;

    public override string ToString() => Encoding.ASCII.GetString(GetText());

    /// <summary>The current text, valid until the next call.</summary>
    public ReadOnlySpan<byte> GetText()
    {
        if (_length == 0)
            Begin();
        var start = 0;
        for (var i = 0; i < feeds.Length; i++)
        {
            var position = feeds[i].Cursor.ResumePosition;
            if (_positions[i] != position)
                Replace(i, start, position);
            start += _lengths[i] + 1;
        }

        return _text.AsSpan(0, _length);
    }

    /// <summary>Parses a vector. A single id is a vector of one position.</summary>
    /// <param name="id">Any text.</param>
    /// <returns>The positions; empty when the text is no vector.</returns>
    public static List<ListedPosition> Parse(ReadOnlySpan<char> id)
    {
        var positions = new List<ListedPosition>(1);
        while (positions.Count < MaxPositions && TryReadFirst(id, out var position, out var length))
        {
            positions.Add(position);
            if (length == id.Length)
                return positions;
            id = id[(length + 1)..];
        }

        return [];
    }

    /// <summary>Where a reader of one store starts if it presents an id of this store or of a list.</summary>
    /// <param name="id">Any text.</param>
    /// <param name="log">The store's log. While it is not open, the result is only a guess: call again once it is.</param>
    public static StartAt StartAfter(string id, MessageLog log)
    {
        var positions = Parse(id);
        foreach (var position in positions)
            if (position.IsOf(log))
                return StartAt.After(position.In(log));
        return positions.Count == 0 ? StartAt.AfterId("") : StartAt.After(positions[0].Written);
    }

    private void Begin()
    {
        _text = new byte[feeds.Length * (MessagePosition.MaxLength + 1)];
        for (var i = 0; i < feeds.Length; i++)
        {
            _positions[i] = feeds[i].Cursor.ResumePosition;
            _lengths[i] = Write(_positions[i], _text.AsSpan(_length));
            _length += _lengths[i];
            if (i < feeds.Length - 1)
                _text[_length++] = (byte)'-';
        }

        Array.Resize(ref _text, _length);
    }

    /// <summary>
    /// An offset gets another digit only after ten times as many messages or more, so the text behind it is rarely moved.
    /// </summary>
    private void Replace(int index, int start, MessagePosition position)
    {
        Span<byte> written = stackalloc byte[MessagePosition.MaxLength];
        var length = Write(position, written);
        var end = start + _lengths[index];
        if (start + length != end)
            Move(end, start + length);
        written[..length].CopyTo(_text.AsSpan(start));
        (_positions[index], _lengths[index]) = (position, length);
    }

    private int Write(MessagePosition position, Span<byte> text)
    {
        if (feeds.Length > MaxOwnIds)
            return ListedPosition.Write(position, text);
        position.TryFormat(text, out var length);
        return length;
    }

    private void Move(int from, int to)
    {
        var text = new byte[Math.Max(_text.Length, _length + to - from)];
        _text.AsSpan(0, Math.Min(from, to)).CopyTo(text);
        _text.AsSpan(from, _length - from).CopyTo(text.AsSpan(to));
        _text = text;
        _length += to - from;
    }

    private static bool TryReadFirst(ReadOnlySpan<char> id, out ListedPosition position, out int length) =>
        ListedPosition.TryParse(id[..(length = LengthOf(id, PartsOfFullForm))], out position)
        || ListedPosition.TryParse(id[..(length = LengthOf(id, 1))], out position);

    private static int LengthOf(ReadOnlySpan<char> id, int parts)
    {
        var length = 0;
        for (var part = 0; part < parts; part++)
        {
            var dash = id[length..].IndexOf('-');
            if (dash < 0)
                return id.Length;
            length += dash + (part == parts - 1 ? 0 : 1);
        }

        return length;
    }
}
