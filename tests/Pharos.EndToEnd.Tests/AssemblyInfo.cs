// Each test is several real processes: side by side they would only measure how loaded the machine is.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
