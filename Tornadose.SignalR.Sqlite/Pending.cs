namespace Tornadose.SignalR.Sqlite;

/// <summary>Something that waits for the writer, and for the commit of its transaction.</summary>
internal abstract class Pending
{
    /// <summary>The store that it belongs to; null for none.</summary>
    public abstract StoreRecord? Record { get; }

    /// <summary>How many bytes of memory it holds, to bound the size of a transaction.</summary>
    public abstract int Size { get; }

    /// <summary>Gives up what nobody waits for any more, before it is written.</summary>
    /// <returns>Whether it was given up.</returns>
    public abstract bool TryGiveUp();

    public abstract void Write(WriteTransaction transaction);

    /// <summary>Called when the transaction is committed.</summary>
    public abstract void Complete();

    /// <summary>Called when it was not committed, or when that is not known.</summary>
    public abstract void Fail(Exception failure);
}
