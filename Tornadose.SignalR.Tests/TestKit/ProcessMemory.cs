namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Tests of the memory that the process uses or allocates. They run alone.</summary>
[CollectionDefinition(nameof(ProcessMemory), DisableParallelization = true)]
public sealed class ProcessMemory;
