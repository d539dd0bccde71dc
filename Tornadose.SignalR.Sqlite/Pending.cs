namespace Tornadose.SignalR.Sqlite;

/// <summary>Something that waits for the writer, and for the transaction that it is written in.</summary>
internal abstract class Pending
{
    /// <summary>The store that it belongs to; null when to none.</summary>
    public abstract StoreRecord? Record { get; }

    /// <summary>How much memory it holds, so that a transaction is not of any size.</summary>
    public abstract int Size { get; }

    /// <summary>Gives up what nobody waits for any more, before it is written.</summary>
    /// <returns>Whether it was given up.</returns>
    public abstract bool TryGiveUp();

    public abstract void Write(WriteTransaction transaction);

    /// <summary>Called when the transaction is committed.</summary>
    public abstract void Complete();

    /// <summary>Called when nothing of it was committed, or that is not known.</summary>
    public abstract void Fail(Exception failure);
}
