namespace BlazorDashboard.Stores;

/// <summary>The names of this application's stores: the last part of <c>/stores/…</c>.</summary>
public static class StoreName
{
    /// <summary>The machine's processors.</summary>
    public const string Cpu = "cpu";

    /// <summary>The machine's memory.</summary>
    public const string Memory = "memory";

    /// <summary>The machine's network.</summary>
    public const string Network = "network";

    /// <summary>The machine's disks.</summary>
    public const string Disk = "disk";

    /// <summary>This process: collector, thread pool, connections.</summary>
    public const string Runtime = "runtime";

    /// <summary>This process, ten times a second.</summary>
    public const string Pulse = "pulse";

    /// <summary>What the library measures of itself.</summary>
    public const string Delivery = "delivery";

    /// <summary>The machine's processes that use most of the processor: a keyed store, by process id.</summary>
    public const string Processes = "processes";

    /// <summary>The nodes that share these stores: a keyed store, by their names. Each renews its row once a second.</summary>
    public const string Nodes = "nodes";

    /// <summary>What people write.</summary>
    public const string Notes = "notes";

    /// <summary>How many notes are kept: they are few and short.</summary>
    public const int NotesKept = 100;

    /// <summary>
    /// The name of a store with measurements of one process: it contains the node's name if several nodes share their stores.
    /// </summary>
    public static string Own(string store, string? node) => node is null ? store : $"{store}/{node}";
}
