using System.Buffers;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The frames that a sink was given since its last flush: one, as a rule, for which nothing is allocated or copied. Further ones are kept
/// in an array that is borrowed until then.
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

    /// <summary>Writes the frames one after the other, as many as there is room for.</summary>
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
    /// Changes the array for one of another size, or for none. What is given back holds no frames: they are as large as messages are.
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
