using System.Buffers;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The frames written to a sink since its last flush. Usually there is one, which costs no allocation and no copy; more are kept in an
/// array that is rented until the flush.
/// </summary>
internal struct FrameBatch
{
    private const int FewMore = 16;

    private Frame[]? _more;
    private int _moreCount;

    public Frame? First { get; private set; }

    public readonly int Count => First is null ? 0 : 1 + _moreCount;

    public readonly bool IsSingle => Count == 1;

    public readonly int Length
    {
        get
        {
            var length = 0;
            for (var i = 0; i < Count; i++)
                length += this[i].Bytes.Length;
            return length;
        }
    }

    public readonly Frame this[int index] => index == 0 ? First! : _more![index - 1];

    public void Add(Frame frame)
    {
        if (First is null)
            First = frame;
        else
            AddMore(frame);
    }

    /// <summary>Copies the frames one after the other, as many as fit.</summary>
    /// <param name="bytes">Where to.</param>
    public readonly void CopyTo(Memory<byte> bytes)
    {
        for (var i = 0; i < Count && this[i].Bytes.Length <= bytes.Length; i++)
        {
            this[i].Bytes.CopyTo(bytes);
            bytes = bytes[this[i].Bytes.Length..];
        }
    }

    public void Clear()
    {
        First = null;
        if (_more is not null)
            Borrow(0);
    }

    private void AddMore(Frame frame)
    {
        if (_moreCount == (_more?.Length ?? 0))
            Borrow(Math.Max(FewMore, 2 * _moreCount));
        _more![_moreCount++] = frame;
    }

    /// <summary>
    /// Replaces the array by one of another size, or by none. The old array is cleared before it is returned, so that the pool keeps
    /// no frames alive.
    /// </summary>
    private void Borrow(int length)
    {
        var next = length == 0 ? null : ArrayPool<Frame>.Shared.Rent(length);
        if (_more is not null)
        {
            var used = _more.AsSpan(0, _moreCount);
            if (next is not null)
                used.CopyTo(next);
            used.Clear();
            ArrayPool<Frame>.Shared.Return(_more);
        }

        _more = next;
        _moreCount = next is null ? 0 : _moreCount;
    }
}
